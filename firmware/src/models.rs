//! The models. `examples/firmware.rs` trains them from this file.

use nn::prelude::*;

model! {
    /// The sine of a number from 0 to 2π, with the layers of TensorFlow Lite Micro's `hello_world`.
    pub struct Sine;

    let x = Input(shape = [1]);
    let h = Dense(16, activation = relu)(x);
    let h = Dense(16, activation = relu)(h);
    let y = Dense(1)(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// Recognises a handwritten digit of 8 × 8 pixels.
    #[nn(profile)]
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let h = Dense(32, activation = relu)(pixels);
    let digit = Dense(10, activation = softmax)(h);

    Model(inputs = pixels, outputs = digit)
}

model! {
    /// The last layer of [`Digits`] alone, which a board trains.
    pub struct Head;

    let h = Input(shape = [32]);
    let digit = Dense(10, activation = softmax)(h);

    Model(inputs = h, outputs = digit)
}
