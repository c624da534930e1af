#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let h = Dense(10, activation = softmax)(x);
    let y = Activation(sigmoid)(h);

    Model(inputs = x, outputs = y)
}

fn main() {}
