use nn::prelude::*;

pub struct Scale;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Scale()(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
