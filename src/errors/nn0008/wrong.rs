use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let branch = |x| {
        let h = Dense(8)(x);
    };
    let digit = branch(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
