#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let h = Dropout(rate = 0.0)(x);
    let y = Dense(10)(h);

    Model(inputs = x, outputs = y)
}

fn main() {}
