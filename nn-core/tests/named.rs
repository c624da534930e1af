//! The named structs of a model work from outside the crate, where the compiler may assume less about foreign types.
#![cfg(feature = "compute")]

use nalgebra::SMatrix;
use nn_core::activations::Head;
use nn_core::data::{Batches, LossWeights};
use nn_core::losses::{BinaryCrossentropy, Losses, SparseCategoricalCrossentropy, Weighting};
use nn_core::metrics::{Accuracy, Mae, Metrics};

#[derive(Clone, Debug, PartialEq)]
struct TwoOutputs<A, B> {
    first: A,
    second: B,
}
nn_core::named!(TwoOutputs { first: A SA TA, second: B SB TB });

#[derive(Clone, Debug, PartialEq)]
struct OneOutput<A> {
    only: A,
}
nn_core::named!(OneOutput { only: A SA TA });

type Digit = SMatrix<f32, 3, 1>;
type Class = SMatrix<u32, 1, 1>;
type Score = SMatrix<f32, 1, 1>;
type Outputs = (Digit, Score);

const DIGITS: [Digit; 2] = [Digit::new(0.25, 0.5, 0.25), Digit::new(0.5, 0.25, 0.25)];
const SCORES: [f32; 2] = [0.75, 0.25];

#[test]
fn two_outputs() {
    let predictions = TwoOutputs { first: DIGITS, second: SCORES };
    let targets = TwoOutputs { first: &[1u32, 2], second: &[1.0f32, 1.0] };
    let (predictions, targets) =
        (Batches::<Outputs>::batches(&predictions), Batches::<(Class, Score)>::batches(&targets));

    let weights = LossWeights::<Outputs>::numbers(&TwoOutputs { first: 1.0, second: 0.5 });
    let losses = TwoOutputs { first: SparseCategoricalCrossentropy::default(), second: BinaryCrossentropy::default() };
    let mut gradients = (vec![Digit::zeros(); 2], vec![Score::zeros(); 2]);
    let mut values = [0.0; 2];
    let seeds = Losses::<Outputs>::evaluate(
        &losses,
        targets,
        predictions,
        (None, None),
        &[Head::Softmax, Head::Sigmoid],
        Weighting { outputs: &weights, ..Weighting::NONE },
        Some((&mut gradients.0, &mut gradients.1)),
        &mut values,
    );
    assert_eq!(seeds, 0);
    assert!((values[0] - (2f64.ln() + 4f64.ln()) / 2.0).abs() < 1e-6, "{values:?}");
    assert!((values[1] - ((4f64 / 3.0).ln() + 4f64.ln()) / 2.0).abs() < 1e-6, "{values:?}");
    // -1/p of the target, with the weight 0.5, over a batch of 2
    assert!((gradients.1[1].x - -1.0).abs() < 1e-6);

    let metrics = TwoOutputs { first: Accuracy, second: (Accuracy, Mae) };
    let mut state = Default::default();
    Metrics::<Outputs, (Class, Score)>::update(&metrics, &mut state, targets, predictions, Weighting::NONE);
    let mut results = Vec::new();
    Metrics::<Outputs, (Class, Score)>::results(&metrics, &state, &mut |output, name, value| {
        results.push((output, name, value));
    });
    assert_eq!(results, [(0, "accuracy", 0.5), (1, "accuracy", 0.5), (1, "mae", 0.5)]);
}

#[test]
fn one_output() {
    let named = OneOutput { only: &SCORES };
    let (targets, predictions) = ([Score::new(1.0), Score::new(0.0)], Batches::<Score>::batches(&named));
    let mut values = [0.0];
    Losses::<Score>::evaluate(
        &OneOutput { only: BinaryCrossentropy::default() },
        &targets,
        predictions,
        None,
        &[Head::Sigmoid],
        Weighting::NONE,
        None,
        &mut values,
    );
    assert!((values[0] - (4f64 / 3.0).ln()).abs() < 1e-6);
    assert_eq!(LossWeights::<Score>::numbers(&OneOutput { only: 0.5 })[0], 0.5);

    let metrics = OneOutput { only: Accuracy };
    let mut state = Default::default();
    Metrics::<Score, Score>::update(&metrics, &mut state, &targets, predictions, Weighting::NONE);
    let mut results = Vec::new();
    Metrics::<Score, Score>::results(&metrics, &state, &mut |output, name, value| results.push((output, name, value)));
    assert_eq!(results, [(0, "accuracy", 1.0)]);
}
