use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [64]);
    let b = a * 2.0;
    let c = 2.0 * a;
    let d = a + 1.0;
    let e = a / SCALE;
    let f = 1 - Dense(3)(a);
    let g = 2.0;
    let h = Dense(3)(a / 255.0);

    Model(inputs = a, outputs = a)
}

fn main() {}
