use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(64 activation = relu)(pixels);
    let x = Dense(64)(x);
    let y = Dens(10)(x);

    Model(inputs = pixels, outputs = y)
}

fn main() {}
