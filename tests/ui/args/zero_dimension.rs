use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [28, 0]);
    let digit = Dense(10)(image);

    Model(inputs = image, outputs = digit)
}

fn main() {}
