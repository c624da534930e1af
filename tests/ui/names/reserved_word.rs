use nn::prelude::*;

model! {
    pub struct Digits;

    let self = Input(shape = [64]);
    let digit = Dense(10)(self);

    Model(inputs = self, outputs = digit)
}

fn main() {}
