use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    x = Dense(64, activation = relu)(pixels);
    x = Dense(64, activation = relu)(x);
    (a, b) = Split()(x);

    Model(inputs = pixels, outputs = [a, b])
}

fn main() {}
