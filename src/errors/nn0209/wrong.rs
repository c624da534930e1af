use nn::prelude::*;

model! {
    pub struct Digits;

    let words = Input(shape = [7, 8]);
    let digit = Bidirectional(GRU(5), merge_mode = plus)(words);

    Model(inputs = words, outputs = digit)
}

fn main() {}
