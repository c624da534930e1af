use nn::prelude::*;

model! {
    pub struct Digits;

    let a = Input(shape = [64]);
    let b = Input(shape = [64]);
    let c = a + b + Dense(64)(a);
    let d = a - b * b;
    let e = a / b;
    let f = -a;
    let g = a ** 2;
    let h = a @ b;
    let i = a.relu();
    let j = a.add(b);
    let k = a[0];
    let l = &a;
    a += b;

    Model(inputs = [a, b], outputs = a)
}

fn main() {}
