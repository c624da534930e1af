use nn::prelude::*;

model_rejects! {
    ["unknown layer `Dens`", "undefined tensor `pixels`"] =>
    struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dens(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
