use nn::prelude::*;

model! {
    pub struct Digits;

    use my::Scale;
    const UNITS: usize = 3;
    fn block() {}
    let x = Input(shape = [64]);
    let y = Dense(UNITS)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
