//! `fit` and `evaluate` of a small classifier with every optimizer: history, final weights, report.

use crate::fixture::Fixture;
use crate::{F32, F64};
use nn::optimizers::Adagrad;
use nn::optimizers::Optimizer;
use nn::prelude::*;

model! {
    /// The model of `training` in `tests/fixtures/generate.py`.
    pub struct Classifier;

    let x = Input(shape = [4]);
    let hidden = Dense(5, activation = relu)(x);
    let output = Dense(3, activation = softmax)(hidden);

    Model(inputs = x, outputs = output)
}

/// For Adam with its default betas. Keras computes the powers of β₁ and β₂ in `f32`, even for `f64`, so `1 - 0.999` has
/// lost three of seven digits. This library computes them in `f64`, even for `f32`. `adam_dyadic` has no such
/// difference.
const ADAM: f64 = 1e-5;

macro_rules! in_precision {
    ($run:ident, $T:ty) => {
        fn $run(name: &str, optimizer: impl Optimizer, tolerance: f64) -> nn::Result<()> {
            let file = Fixture::read("training");
            let expected = Fixture::read_case("training", name);
            assert_eq!(optimizer.learning_rate(0), expected.number("learning_rate"), "{name}: the learning rate");
            let (x, y): (Vec<SVector<$T, 4>>, Vec<SVector<$T, 3>>) = (file.samples("x"), file.samples("y"));
            let model: Box<Classifier<$T>> = file.weights("initial");
            let mut model = model.compile(optimizer, CategoricalCrossentropy::default()).metrics(Accuracy);
            let fit = Fit::new().epochs(3).batch_size(8).shuffle(false).validation_split(0.2);
            let history = model.fit(&x, &y, fit.verbose(Verbose::Silent))?;
            for (key, values) in history.iter() {
                expected.compare(&format!("history.{key}"), values, tolerance);
            }
            expected.compare_weights("final", model.model(), |_| true, tolerance);
            for (key, value) in model.evaluate(&x, &y)?.iter() {
                expected.compare(&format!("evaluate.{key}"), &[value], tolerance);
            }
            expected.finish();
            Ok(())
        }
    };
}

in_precision!(run_f64, f64);
in_precision!(run_f32, f32);

/// A number that TensorFlow rounds to `f32` for any precision of the model.
fn rounded(x: f64) -> f64 {
    f64::from(x as f32)
}

#[test]
fn sgd() -> nn::Result<()> {
    let sgd = Sgd { learning_rate: 0.1, momentum: 0.9, nesterov: true };
    run_f64("sgd", Sgd { momentum: rounded(sgd.momentum), ..sgd }, F64)?;
    run_f32("sgd", sgd, F32)
}

#[test]
fn adagrad() -> nn::Result<()> {
    let adagrad = Adagrad { learning_rate: 0.1, ..Adagrad::default() };
    let initial_accumulator_value = rounded(adagrad.initial_accumulator_value);
    run_f64("adagrad", Adagrad { initial_accumulator_value, ..adagrad }, F64)?;
    run_f32("adagrad", adagrad, F32)
}

#[test]
fn rmsprop() -> nn::Result<()> {
    let rms_prop = RmsProp { learning_rate: 0.02, ..RmsProp::default() };
    run_f64("rmsprop", rms_prop, F64)?;
    run_f32("rmsprop", rms_prop, F32)
}

#[test]
fn adam() -> nn::Result<()> {
    let adam = Adam { learning_rate: 0.03, ..Adam::default() };
    run_f64("adam", adam, ADAM)?;
    run_f32("adam", adam, ADAM)
}

/// Adam with numbers that `f32` holds exactly.
#[test]
fn adam_dyadic() -> nn::Result<()> {
    let (beta_2, epsilon) = (1.0 - 1.0 / 1024.0, 1.0 / 1024.0);
    let adam = Adam { learning_rate: 0.03, beta_1: 0.875, beta_2, epsilon, ..Adam::default() };
    run_f64("adam_dyadic", adam, F64)?;
    run_f32("adam_dyadic", adam, F32)
}

#[test]
fn every_optimizer_of_the_file_is_tested() {
    let file = Fixture::read("training");
    let names: Vec<&str> = file.keys().filter_map(|key| key.strip_suffix(".learning_rate")).collect();
    assert_eq!(names, ["adagrad", "adam", "adam_dyadic", "rmsprop", "sgd"]);
}
