//! On the host: the model learns, and predicts what it learned.

use nn::prelude::*;
use nn_no_std::{BATCH, Readings, Trainer, Trend, sample, train};
use rand::rngs::Xoshiro256PlusPlus;

#[test]
fn training_lowers_the_loss() {
    // About ln 3 before it has learned anything.
    let (first, last) = (train(1), train(500));
    assert!(first > 0.5 && last < 0.1, "{first} became {last}");
}

#[test]
fn it_predicts_what_it_learned() {
    let mut trainer = Trainer::new(2);
    for _ in 0..500 {
        trainer.step();
    }
    let model: &Trend = &trainer.model;
    assert_eq!(model.call(&Readings::new(-0.9, -0.4, 0.1, 0.6)).imax(), 2);

    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let right = (0..1000).filter(|_| {
        let (readings, class) = sample(&mut rng);
        model.call(&readings).imax() == class[0] as usize
    });
    let right = right.count();
    assert!(right > 970, "{right} of 1000 were right");
}

#[test]
fn memory_is_known_when_it_compiles() {
    // Weights, gradient and velocity; the tape of a batch; the generator and the counter.
    const EXPECTED: usize = 3 * Trend::PARAMETER_BYTES + BATCH * Trend::TRAIN_BYTES + 32 + 8;
    const { assert!(Trainer::BYTES <= EXPECTED + 8, "padding apart, nothing else is kept") }
    assert_eq!(Trend::PARAMETERS, 4 * 8 + 8 + 8 * 3 + 3);
}
