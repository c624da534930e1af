use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, kernel_regularizer = l3(0.1))(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
