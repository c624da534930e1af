use nn::prelude::*;

const UNITS: usize = 0;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(UNITS)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
