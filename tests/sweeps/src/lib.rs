//! A library with a model that is too large to be passed by value: it compiles as long as nobody does that.

use nn::prelude::*;

model! {
    /// 400 kB of weights.
    pub struct Large;

    let x = Input(shape = [1_000]);
    let y = Dense(100)(x);

    Model(inputs = x, outputs = y)
}
