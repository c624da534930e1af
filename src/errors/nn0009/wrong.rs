use nn::prelude::*;

model_rejects! {
    "undefined tensor `pixel`" =>
    struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
