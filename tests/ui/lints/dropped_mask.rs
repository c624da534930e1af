#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Words;

    let words = Input(shape = [6], dtype = u32);
    let x = Embedding(100, 8, mask_zero = true)(words);
    let h = GlobalMaxPooling1D()(x);
    let flat = Flatten()(x);
    let same = Reshape([6, 8])(x);
    let y = Dense(2)(concatenate([h, flat, GlobalAveragePooling1D()(same)]));

    Model(inputs = words, outputs = y)
}

fn main() {}
