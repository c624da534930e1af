use nn::prelude::*;

model! {
    pub struct Digits;

    let cube = Input(shape = [2, 2, 2, 2, 2, 2, 2]);
    let digit = Dense(10)(cube);

    Model(inputs = cube, outputs = digit)
}

fn main() {}
