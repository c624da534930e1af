use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);

    Sequential([pixels, Dense(64), Dense(10)(pixels)])
}

fn main() {}
