use nn::prelude::*;

model! {
    pub struct Digits;

    let inputs = Input(shape = [784]);
    x = Dense(64, activation="relu")(inputs)
    x = Dense(64, activation="relu")(x)
    x = Dense(64, activation="relu")(x)

    Model(inputs = inputs, outputs = x)
}

fn main() {}
