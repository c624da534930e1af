use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [4]);
    let b = Input(shape = [4]);
    let both = concatenate([a, b], axis = 0);

    Model(inputs = [a, b], outputs = both)
}

fn main() {}
