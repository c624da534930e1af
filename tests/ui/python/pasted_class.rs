use nn::prelude::*;

model! {
    pub struct Digits;

    class Net(nn.Module):
        def __init__(self):
            super(Net, self).__init__()
            self.conv1 = nn.Conv2d(1, 32, 3, 1)
            self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
            self.pool = nn.MaxPool2d(2, 2)
            self.dropout = nn.Dropout(0.25)
            self.fc1 = nn.Linear(64 * 6 * 6, 128)
            self.fc2 = nn.Linear(128, 10)

        def forward(self, x):
            x = self.pool(F.relu(self.conv1(x)))
            x = F.max_pool2d(self.conv2(x).relu(), 2)
            x = x.view(-1, 64 * 6 * 6)
            x = self.dropout(x)
            x = F.relu(self.fc1(x))
            return F.log_softmax(self.fc2(x), dim=1)
}

model! {
    pub struct Two;

    class TwoInputs(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(64, activation="relu")
            self.classifier = layers.Dense(10, activation="softmax")

        def call(self, a, b, training=False):
            h = self.dense(layers.concatenate([a, b]), training=training)
            return self.classifier(h), h
}

model! {
    pub struct Made;

    def get_model(size):
        inputs = keras.Input(shape=(size,))
        outputs = layers.Dense(1)(inputs)
        return keras.Model(inputs, outputs)

    model = get_model(128)
    model.summary()
}

// The struct is there, so nothing follows.
fn main() {
    let _ = Digits::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), MeanSquaredError);
}
