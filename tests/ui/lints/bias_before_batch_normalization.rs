#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let h = Dense(64)(x);
    let h = BatchNormalization()(h);
    let y = Dense(10)(relu(h));

    Model(inputs = x, outputs = y)
}

fn main() {}
