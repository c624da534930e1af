use nn::prelude::*;

model! {
    pub struct Digits;

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(784, 10)

        def forward(self, x):
            return self.fc(x)
}

model! {
    pub struct Ensemble;

    def get_model():
        inputs = keras.Input(shape=(128,))
        outputs = layers.Dense(1)(inputs)
        return keras.Model(inputs, outputs)

    let pixels = Input(shape = [64]);
    let tower = get_model();
    let digit = tower(pixels);

    Model(inputs = pixels, outputs = digit)
}

model! {
    pub struct Deep;

    let x = Input(shape = [64]);
    for i in range(3):
        x = layers.Dense(64)(x)
        x = layers.Dropout(0.1)(x)
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
