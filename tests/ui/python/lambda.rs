use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let double = lambda x: x * 2;
    let digit = Dense(10)(double(pixels));

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
