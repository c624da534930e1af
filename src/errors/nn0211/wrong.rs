use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [4, 6]);
    let scaled = LayerNormalization(axis = 1)(image);

    Model(inputs = image, outputs = scaled)
}

fn main() {}
