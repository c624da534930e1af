use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [4]);
    let b = Input(shape = [5]);
    let product = dot([a, b], axes = 1);

    Model(inputs = [a, b], outputs = product)
}

fn main() {}
