use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [64]);
    let b = Input(shape = [64]);
    let both = concatenate(a, b);

    Model(inputs = [a, b], outputs = both)
}

fn main() {}
