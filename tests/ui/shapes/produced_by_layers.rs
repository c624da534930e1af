use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [8, 8]);
    let left = Dense(16, activation = relu)(Flatten()(image));
    let right = Reshape([4, 16])(image);
    let both = concatenate([left, right]);

    Model(inputs = image, outputs = both)
}

fn main() {}
