use nn::prelude::*;

model! {
    pub struct Digits;

    let steps = Input(shape = [5, 4, 3]);
    let digit = TimeDistributed(Reshape([7]))(steps);

    Model(inputs = steps, outputs = digit)
}

fn main() {}
