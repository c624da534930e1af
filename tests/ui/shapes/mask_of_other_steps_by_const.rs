// The same where rustc alone knows the shapes.

use nn::prelude::*;

const STEPS: usize = 5;

model! {
    pub struct Series;

    let x = Input(shape = [STEPS, 3]);
    let steps = Input(shape = [STEPS - 1], dtype = u32);
    let y = GlobalAveragePooling1D()(x, mask = steps);

    Model(inputs = [x, steps], outputs = y)
}

fn main() {}
