use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    Dense(10)(pixels);

    Model(inputs = pixels, outputs = pixels)
}

fn main() {}
