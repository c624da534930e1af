use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(units: 64, activation: relu)(pixels);

    Model(inputs: pixels, outputs: x)
}

fn main() {}
