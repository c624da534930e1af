use nn::prelude::*;

model! {
    #[budget(ram = "256 B")]
    pub struct Words;

    let steps = Input(shape = [7, 3]);
    let states = LSTM(16, return_sequences = true)(steps);
    let y = GRU(4)(states);

    Model(inputs = steps, outputs = y)
}

fn main() {}
