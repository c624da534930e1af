use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [100_000, 100_000]);
    let digit = Dense(10)(image);

    Model(inputs = image, outputs = digit)
}

fn main() {}
