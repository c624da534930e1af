//! Sizes that only rustc knows, memory of a layer's own, and several budgets in one compile.

use nn::prelude::*;

const UNITS: usize = 24;

model! {
    #[budget(ram = 2_000, params = 3 * 1000, macs = 1_000_000)]
    #[budget(flash = "1 MB")]
    pub struct Reader;

    let words = Input(shape = [20], dtype = u32);
    let x = Embedding(input_dim = 100, output_dim = UNITS, mask_zero = true)(words);
    let x = LSTM(UNITS)(x);
    let y = Dense(1)(x);

    Model(inputs = words, outputs = y)
}

fn main() {}
