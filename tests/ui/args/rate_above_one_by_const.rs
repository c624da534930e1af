use nn::prelude::*;

const RATE: f64 = 1.5;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dropout(RATE)(pixels);
    let digit = Dense(10)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
