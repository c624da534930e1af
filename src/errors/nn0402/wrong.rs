use nn::prelude::*;

model! {
    pub struct Digits;

    let number = Input(shape = []);
    let digit = Dense(10)(number);

    Model(inputs = number, outputs = digit)
}

fn main() {}
