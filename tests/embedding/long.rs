//! Rows that are absent for hundreds of steps, in `f32`, so that rounding shows.

use super::*;
use nn::optimizers::Adadelta;

model! {
    pub struct Small;

    let words = Input(shape = [3], dtype = u32);
    let x = Embedding(9, 2, input_length = 3)(words);
    let y = Dense(1)(Flatten()(x));

    Model(inputs = words, outputs = y)
}

fn run<O: Optimizer>(optimizer: O) -> Vec<(String, Vec<f64>)> {
    let mut model = Small::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer, MeanSquaredError);
    for step in 0..600 {
        // Word 8 comes only in the first step, 7 in the first and the last, 6 never, the others now and then.
        let words = match step {
            0 => Words::new(8, 7, 2),
            599 => Words::new(7, 1, 2),
            _ => Words::new(step % 5, 1, 2),
        };
        model.train_on_batch([words], [0.1]).expect("valid data");
    }
    state(&mut model)
}

fn agree<O: Optimizer + Copy>(optimizer: O) {
    assert_close(&run(optimizer), &run(Whole(optimizer)), 4e-6, 1e-37);
}

/// Slots decay by 10⁻²⁸ in between, and agree in all digits of an `f32`.
#[test]
fn slots_decay_as_f32_do() {
    // The rate is so small that the weights and gradients hardly differ.
    agree(RmsProp { learning_rate: 1e-7, ..RmsProp::default() });
    agree(RmsProp { learning_rate: 1e-7, centered: true, ..RmsProp::default() });
    agree(Adadelta { learning_rate: 1e-7, ..Adadelta::default() });
}
