use nn::prelude::*;

model! {
    pub struct Digits;

    nn.Sequential(
        nn.Linear(784, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )
}

model! {
    pub struct Image;

    model = Sequential([
        Conv2D(8, 3, activation="relu"),
        Flatten(),
        Dense(10),
    ])
}

model! {
    pub struct Convolutions;

    x = keras.Input(shape=(28, 28, 1))
    x1, x2 = nn.Conv2d(1, 8, 3, padding=1)(x), nn.Conv2d(1, 8, 5, padding=2)(x)
    return keras.Model(x, x1 + x2)
}

model! {
    pub struct Padding;

    let x = Input(shape = [28, 28, 1]);
    let y = Conv2D(8, 3, padding = 1)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
