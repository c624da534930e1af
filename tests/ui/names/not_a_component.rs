use nn::prelude::*;

mod my {
    pub struct Scale;
}

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = my::Scale()(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
