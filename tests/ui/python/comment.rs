use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    # one output for each digit
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
