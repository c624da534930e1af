use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = nn::Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
