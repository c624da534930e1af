use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [3]);
    let a = Dense(2)(x);
    let b = Dense(2)(x);
    let c = Dense(2)(x);
    let d = Dense(2)(x);
    let e = Dense(2)(x);
    let f = Dense(2)(x);
    let g = Dense(2)(x);
    let h = Dense(2)(x);
    let i = Dense(2)(x);
    let j = Dense(2)(x);
    let k = Dense(2)(x);
    let l = Dense(2)(x);
    let m = Dense(2)(x);

    Model(inputs = x, outputs = [a, b, c, d, e, f, g, h, i, j, k, l, m])
}

fn main() {}
