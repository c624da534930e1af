use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [28, 28]);
    let digit = Lambda(square)(image);

    Model(inputs = image, outputs = digit)
}

fn main() {}
