use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [2]);
    let b = Input(shape = [2]);
    let c = Input(shape = [2]);
    let d = Input(shape = [2]);
    let e = Input(shape = [2]);
    let f = Input(shape = [2]);
    let g = Input(shape = [2]);
    let h = Input(shape = [2]);
    let i = Input(shape = [2]);
    let j = Input(shape = [2]);
    let k = Input(shape = [2]);
    let l = Input(shape = [2]);
    let m = Input(shape = [2]);
    let all = concatenate([concatenate([a, b, c, d, e, f]), concatenate([g, h, i, j, k, l, m])]);
    let y = Dense(2)(all);

    Model(inputs = [a, b, c, d, e, f, g, h, i, j, k, l, m], outputs = y)
}

fn main() {}
