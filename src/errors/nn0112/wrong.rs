use nn::prelude::*;

model! {
    #[repr(align(64))]
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
