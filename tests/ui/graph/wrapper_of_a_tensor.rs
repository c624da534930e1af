use nn::prelude::*;

model! {
    pub struct Digits;

    let steps = Input(shape = [5, 64]);
    let digit = TimeDistributed(steps)(steps);

    Model(inputs = steps, outputs = digit)
}

fn main() {}
