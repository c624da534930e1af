use nn::prelude::*;

model! {
    pub struct Digits;

    let x: Tensor = Input(shape = [64]);
    let mut y = Dense(10)(x);
    let y = Dense::new(10)(x);
    let y = Dense::<10>()(x);
    let y = Dense { units: 10 }(x);
    let y = Dense!(10)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
