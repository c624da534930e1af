use nn::prelude::*;

model! {
    pub struct Digits;

    let steps = Input(shape = [None, 8]);
    let digit = Dense(10)(steps);

    Model(inputs = steps, outputs = digit)
}

fn main() {}
