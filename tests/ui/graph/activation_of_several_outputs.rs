//! An activation of a layer of one's own with several outputs: of which?

use nn::prelude::*;

mod my {
    pub struct Split;
}

model! {
    pub struct Net;

    let x = Input(shape = [2]);
    let (y, z) = my::Split(activation = relu)(x);

    Model(inputs = x, outputs = [y, z])
}

fn main() {}
