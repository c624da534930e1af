// Each is on its own token, and what is allowed by name is not reported.
#![deny(deprecated)]

use nn::prelude::*;

model! {
    #[nn(allow(dropout_on_output))]
    pub struct Digits;

    let x = Input(shape = [64]);
    let h = Dense(32)(Flatten()(x));
    let h = Dense(16, activation = softmax)(h);
    let h = relu(h);
    let y = Dropout(0.5)(Dense(1, activation = softmax)(add([h, h])));

    Model(inputs = x, outputs = y)
}

fn main() {}
