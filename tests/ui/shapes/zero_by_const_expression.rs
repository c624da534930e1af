use nn::prelude::*;

const SIDE: usize = 8;

model! {
    pub struct Digits;

    let pixels = Input(shape = [SIDE - 8]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
