//! On the host: the model learns, and predicts correctly afterwards.

use nn::prelude::*;
use nn_no_std::{BATCH, Class, LOSS, OPTIMIZER, Readings, Smooth, Trainer, Trend, sample, smooth, train};
use rand::rngs::Xoshiro256PlusPlus;

#[test]
fn training_lowers_the_loss() {
    // The loss is about ln 3 before any learning.
    let (first, last) = (train(1, 1).unwrap().1, train(1, 500).unwrap().1);
    assert!(first > 0.5 && last < 0.1, "{first} became {last}");
}

#[test]
fn it_predicts_what_it_learned() {
    let (trainer, _) = train(2, 500).unwrap();
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
    // Weights, gradient and velocity; the tape, outputs and output gradients of a batch; the step counter.
    const EXPECTED: usize = 3 * Trend::PARAMETER_BYTES + BATCH * (Trend::TRAIN_BYTES + 2 * size_of::<[f32; 3]>()) + 8;
    const { assert!(Trainer::BYTES <= EXPECTED + 8, "padding apart, nothing else is kept") }
    assert_eq!(Trend::PARAMETERS, 4 * 8 + 8 + 8 * 3 + 3);
}

/// An impossible request is an error and changes nothing.
#[test]
fn batches_that_do_not_fit_are_refused() {
    use nn::StepError;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(4);
    let (mut trainer, _) = train(2, 1).unwrap();
    let before = trainer.model.clone();
    let (x, y) = ([Readings::zeros(); BATCH + 1], [Class::zeros(); BATCH + 1]);
    assert_eq!(trainer.step(&OPTIMIZER, &LOSS, x, y, &mut rng), Err(StepError::Samples { got: 9, room: 8 }));
    assert_eq!(
        trainer.step(&OPTIMIZER, &LOSS, &x[..0], &y[..0], &mut rng),
        Err(StepError::Samples { got: 0, room: 8 })
    );
    assert_eq!(
        trainer.step(&OPTIMIZER, &LOSS, &x[..2], &y[..3], &mut rng),
        Err(StepError::Lengths { expected: 2, got: 3 })
    );
    assert_eq!((trainer.steps(), &trainer.model), (1, &before));
    let short = nn::Trainer::<Trend, 1, 1>::new(before, &Adam::default());
    assert_eq!(short.err(), Some(StepError::Slots { needed: 2, room: 1 }));
    assert_eq!(
        StepError::Slots { needed: 2, room: 1 }.to_string(),
        "the optimizer keeps 2 numbers for each weight, and there is room for 1"
    );
}

#[test]
fn a_stream_equals_the_whole_sequence() {
    let model = Smooth::new(&mut Xoshiro256PlusPlus::seed_from_u64(4));
    let readings: [f32; 32] = core::array::from_fn(|t| (t as f32 * 0.4).sin());
    let whole = model.call(&readings.map(|reading| [reading]));
    assert_eq!(smooth(&model, &readings).unwrap(), (whole.smooth[31], Some(whole.slow[7])));
    assert_eq!(smooth(&model, &readings[..31]).unwrap(), (whole.smooth[30], None));
}
