use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
