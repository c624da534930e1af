use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [64]);
    let hidden = Dense(32)(image);
    let sum = add([image, hidden]);

    Model(inputs = image, outputs = sum)
}

fn main() {}
