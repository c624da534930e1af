use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let hidden = Dense(32, name = "dense")(pixels);
    let digit = Dense(10, name = "dense")(hidden);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
