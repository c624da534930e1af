// The name of a function of another kind.

use nn::prelude::*;

model! {
    pub struct Kinds;

    let x = Input(shape = [4]);
    let y = Dense(3, kernel_initializer = l2(0.1), kernel_constraint = zeros, activation = non_neg)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
