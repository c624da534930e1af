use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let hint = Input(shape = [10]);
    let both = concatenate([pixels, hint]);
    let digit = Dense(10)(both);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
