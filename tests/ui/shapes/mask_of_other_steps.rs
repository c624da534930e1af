// A mask that a call is given has a number for each position of the input.

use nn::prelude::*;

model! {
    pub struct Series;

    let x = Input(shape = [5, 3]);
    let steps = Input(shape = [4], dtype = u32);
    let y = LSTM(2)(x, mask = steps);

    Model(inputs = [x, steps], outputs = y)
}

fn main() {}
