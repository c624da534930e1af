#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let h = Dropout(0.5, trainable = false)(x);
    let y = Dense(10)(h);

    Model(inputs = x, outputs = y)
}

fn main() {}
