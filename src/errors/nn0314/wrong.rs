use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let label = Input(shape = [10]);
    let digit = Dense(10)(label);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
