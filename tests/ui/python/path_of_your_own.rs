use nn::prelude::*;

/// A module of the user's own with the name of another library.
mod torch {
    pub mod nn {
        ::nn::model! {
            pub struct Linear;

            Sequential([Input(shape = [8]), Dense(4)])
        }
    }
}

model! {
    pub struct Digits;

    let x = Input(shape = [8]);
    let y = torch::nn::Linear()(x);
    let z = self::torch::nn::Linear()(x);

    Model(inputs = x, outputs = [y, z])
}

model! {
    pub struct Pasted;

    let x = Input(shape = [8]);
    let y = torch::nn::Linear(8, 4)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
