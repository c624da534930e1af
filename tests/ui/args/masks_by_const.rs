use nn::prelude::*;

const YES: bool = true;

model! {
    pub struct Makes;

    let words = Input(shape = [4], dtype = u32);
    let y = LSTM(3)(Embedding(9, 3, mask_zero = YES)(words));

    Model(inputs = words, outputs = y)
}

model! {
    pub struct Passes;

    let x = Input(shape = [4, 2]);
    let y = LSTM(3)(LSTM(3, return_sequences = YES)(Masking()(x)));

    Model(inputs = x, outputs = y)
}

fn main() {}
