use nn::prelude::*;

model! {
    pub struct Digits;

    let word = Input(shape = [4], dtype = u32);
    let digit = Dense(10)(word);

    Model(inputs = word, outputs = digit)
}

fn main() {}
