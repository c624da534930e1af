use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [4]);
    let b = Input(shape = [5]);
    let both = concatenate([a, b], axis = 2);

    Model(inputs = [a, b], outputs = both)
}

fn main() {}
