use nn::prelude::*;

const AXIS: i64 = 0;

model! {
    pub struct Digits;

    let a = Input(shape = [4]);
    let b = Input(shape = [4]);
    let both = concatenate([a, b], axis = AXIS);

    Model(inputs = [a, b], outputs = both)
}

fn main() {}
