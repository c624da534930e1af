use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let both = subtract([pixels]);
    let digit = Dense(10)(both);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
