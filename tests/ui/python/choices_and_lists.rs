use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let y = Dense(4)(x) if deep else x;
    let z = add([Dense(4)(x) for i in range(3)]);

    Model(inputs = x, outputs = [y, z])
}

fn main() {}
