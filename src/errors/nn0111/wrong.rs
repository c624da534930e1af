use nn::prelude::*;

model! {
    #[nn(allow(dropout_on_outputs))]
    pub struct Digits;

    let x = Input(shape = [64]);
    let y = Dropout(0.5)(Dense(10)(x));

    Model(inputs = x, outputs = y)
}

fn main() {}
