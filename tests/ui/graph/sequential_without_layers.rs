use nn::prelude::*;

model! {
    pub struct Digits;

    Sequential([Input(shape = [64])])
}

fn main() {}
