use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [28, 28]);
    self.fc1 = nn.Linear(28 * 28, 128, bias=False)
    self.fc2 = nn.Linear(in_features=128, out_features=10)
    self.dropout = nn.Dropout(p=0.2)
    x = torch.flatten(x, 1)
    x = F.relu(self.fc1(x))
    h = x + self.dropout(x)
    h = torch.cat([h, x], dim=1)
    y = F.log_softmax(self.fc2(h), dim=1)
    model = Model(x, y)
}

fn main() {}
