use nn::prelude::*;

model! {
    #[nn(allow(dropout_on_outputs, merge_with_itself))]
    #[nn(deny(merge_with_itself))]
    pub struct Digits;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
