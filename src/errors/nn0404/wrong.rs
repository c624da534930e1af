use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let image = Reshape([8, 9])(pixels);
    let digit = Dense(10)(image);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
