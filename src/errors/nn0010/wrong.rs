use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [64]);
    let digit = Dense((((((((((((((((((((((((((((((((((((((((((((((((((((10))))))))))))))))))))))))))))))))))))))))))))))))))))(x);

    Model(inputs = x, outputs = digit)
}

fn main() {}
