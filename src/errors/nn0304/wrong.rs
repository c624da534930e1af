use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let (a, b) = Dense(8)(pixels);
    let digit = concatenate([a, b]);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
