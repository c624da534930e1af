use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let other = Input(shape = [64]);
    let both = add([pixels, other]);
    let encoder = Model(inputs = pixels, outputs = both);
    let digit = Dense(10)(encoder(other));

    Model(inputs = [pixels, other], outputs = digit)
}

fn main() {}
