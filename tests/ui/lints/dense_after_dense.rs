#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let h = Dense(64)(x);
    let y = Dense(10)(h);

    Model(inputs = x, outputs = y)
}

fn main() {}
