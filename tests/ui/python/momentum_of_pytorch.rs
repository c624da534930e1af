use nn::prelude::*;

model! {
    pub struct Digits;

    self.hidden = nn.Linear(64, 32)
    self.norm = nn.BatchNorm1d(32, momentum=0.1)
    self.digit = nn.Linear(32, 10)
}

model! {
    pub struct Kept;

    let x = Input(shape = [64]);
    let h = Dropout(keep_prob = 0.9)(x);
    let y = Dense(10)(h);

    Model(inputs = x, outputs = y)
}

fn main() {}
