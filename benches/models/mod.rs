//! Models that several benches measure.

use nn::prelude::*;

model! {
    pub struct Iris;

    let flower = Input(shape = [4]);
    let first = Dense(32, activation = relu)(flower);
    let second = Dense(32, activation = relu)(first);
    let last = Dense(3, activation = softmax)(second);

    Model(inputs = flower, outputs = last)
}

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let first = Dense(64, activation = relu)(pixels);
    let second = Dense(64, activation = relu)(first);
    let last = Dense(10, activation = softmax)(second);

    Model(inputs = pixels, outputs = last)
}
