use nn::prelude::*;

model! {
    pub struct T;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
