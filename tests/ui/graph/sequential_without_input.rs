use nn::prelude::*;

model! {
    pub struct Digits;

    Sequential([Dense(64), Dense(10)])
}

fn main() {}
