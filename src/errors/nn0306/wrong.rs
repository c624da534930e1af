use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let label = Input(shape = [10]);
    let digit = Dense(10)(pixels);

    Model(inputs = [pixels, label], outputs = digit)
}

fn main() {}
