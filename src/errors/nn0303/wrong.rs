use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [64]);
    let b = Input(shape = [64]);
    let digit = Dense(10)([a, b]);

    Model(inputs = [a, b], outputs = digit)
}

fn main() {}
