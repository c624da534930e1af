use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dropout(0.5, 1, 2, 3)(pixels);
    let digit = Dense(10)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
