use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dens(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
