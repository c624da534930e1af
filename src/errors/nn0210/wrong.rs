use nn::prelude::*;

model! {
    pub struct Digits;

    let word = Input(shape = [64], dtype = i32);
    let digit = Dense(10)(word);

    Model(inputs = word, outputs = digit)
}

fn main() {}
