use nn::prelude::*;

model! {
    pub struct Tower;

    let x = Input(shape = [64]);
    let y = Dense(8)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Digits;

    let image = Input(shape = [63]);
    let tower = Tower();
    let digit = tower(image);

    Model(inputs = image, outputs = digit)
}

fn main() {}
