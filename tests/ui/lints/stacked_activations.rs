#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let h = Dense(10, activation = relu)(x);
    let y = Dense(3)(tanh(h));

    Model(inputs = x, outputs = y)
}

fn main() {}
