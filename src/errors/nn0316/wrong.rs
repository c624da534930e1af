use nn::prelude::*;

model! {
    pub struct Digits;

    let words = Input(shape = [7, 8]);
    let digit = Bidirectional(Dense(5))(words);

    Model(inputs = words, outputs = digit)
}

fn main() {}
