use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(dtype = u32);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
