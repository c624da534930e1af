use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let a = Dens(64)(pixels);
    let b = Dense(64, activation = rely)(pixels);
    let both = concatenate([a, b]);
    let c = Dropout(2.0)(pixel);
    let digit = Dense(0)(both);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
