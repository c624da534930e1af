use nn::prelude::*;

model! {
    pub struct Split;

    let x = Input(shape = [64]);
    let y = Dense(8)(x);
    let z = Dense(2)(x);

    Model(inputs = x, outputs = [y, z])
}

model! {
    pub struct Digits;

    let image = Input(shape = [64]);
    let digit = Split()(image);

    Model(inputs = image, outputs = digit)
}

fn main() {}
