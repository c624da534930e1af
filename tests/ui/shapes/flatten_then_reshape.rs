use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [4, 6]);
    let flat = Flatten()(image);
    let again = Reshape([5, 5])(flat);

    Model(inputs = image, outputs = again)
}

fn main() {}
