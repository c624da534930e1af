use nn::prelude::*;

const HEIGHT: usize = 4;

model! {
    pub struct Digits;

    let a = Input(shape = [HEIGHT, 3]);
    let b = Input(shape = [HEIGHT + 1, 3]);
    let both = concatenate([a, b], axis = -1);

    Model(inputs = [a, b], outputs = both)
}

fn main() {}
