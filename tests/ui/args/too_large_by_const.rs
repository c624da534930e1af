use nn::prelude::*;

const SIDE: usize = 100_000;

model! {
    pub struct Digits;

    let image = Input(shape = [SIDE, SIDE]);
    let digit = Dense(10)(image);

    Model(inputs = image, outputs = digit)
}

fn main() {}
