use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [8]);
    let x = BatchNormalization(8)(pixels);
    let x = LayerNormalization(8)(x);
    let digit = Dense(3, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
