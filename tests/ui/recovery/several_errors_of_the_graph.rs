use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let label = Input(shape = [10]);
    let hint = Input(shape = [10]);
    let unused = Dense(32)(pixels);
    let both = concatenate([pixels, hint]);
    let digit = Dense(10)(both);

    Model(inputs = [pixels, label], outputs = [digit, digit])
}

fn main() {}
