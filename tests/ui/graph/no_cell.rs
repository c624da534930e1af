use nn::prelude::*;

model! {
    pub struct Reader;

    let x = Input(shape = [5, 3]);
    let y = RNN(Dense(4), return_sequences = true)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
