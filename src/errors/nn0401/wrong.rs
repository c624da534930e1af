use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [4, 3]);
    let b = Input(shape = [5, 3]);
    let both = concatenate([a, b]);

    Model(inputs = [a, b], outputs = both)
}

fn main() {}
