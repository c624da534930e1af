use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    for i in 0..3 {
        let x = Dense(64)(x);
    }
    while let Some(i) = next {
        let x = Dense(64)(x);
    }
    let a = loop { break x };
    let b = if DEEP { Dense(64)(x) } else { x };
    let c = match DEPTH { 1 => x, _ => Dense(64)(x) };
    let d = { let h = Dense(64)(x); h };
    return x;
    println!("a graph");
    let e = add(vec![x, x]);
    let f = |x| {
        for i in 0..3 {}
        x
    };
    let g = f(x);

    Model(inputs = x, outputs = x)
}

fn main() {}
