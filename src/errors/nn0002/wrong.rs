use nn::prelude::*;

model! {
    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
