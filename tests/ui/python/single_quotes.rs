use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    x = Dense(64, activation='relu')(pixels)
    Model(pixels, x)
}

fn main() {}
