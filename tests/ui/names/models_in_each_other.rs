use nn::prelude::*;

model! {
    pub struct Hen;

    let x = Input(shape = [4]);
    let y = Egg()(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Egg;

    let x = Input(shape = [4]);
    let y = Hen()(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
