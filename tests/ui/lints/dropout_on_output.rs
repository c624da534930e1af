#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let h = Dense(10)(x);
    let y = Dropout(0.5)(h);

    Model(inputs = x, outputs = y)
}

fn main() {}
