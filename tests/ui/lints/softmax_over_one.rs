#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let y = Dense(1, activation = softmax)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
