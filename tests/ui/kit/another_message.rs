use nn::prelude::*;

model_rejects! {
    "unknown layer `Dense`" =>
    struct Digits;

    let pixels = Input(shape = [64]);
    let hidden = Dens(10, activation = relu)(pixels);
    let digit = Dense(10)(hiden);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
