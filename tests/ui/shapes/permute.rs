use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [4, 6]);
    let turned = Permute([3, 1])(image);

    Model(inputs = image, outputs = turned)
}

fn main() {}
