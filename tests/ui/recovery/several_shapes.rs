use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [4, 3]);
    let b = Input(shape = [5, 3]);
    let c = Input(shape = [7]);
    let first = concatenate([a, b]);
    let second = concatenate([b, c]);
    let end = Dense(2)(first);

    Model(inputs = [a, b, c], outputs = [end, second])
}

fn main() {}
