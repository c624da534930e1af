use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = LeakyReLU(0.1, 1, 2, 3)(pixels);
    let digit = Dense(10)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
