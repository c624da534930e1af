//! Parity with Keras: every weight after each of 20 steps, with every optimizer, its options, and every schedule.
//!
//! The expected numbers are in `tests/fixtures/optimizers.safetensors`. The script beside it, `optimizers.py`, has a
//! case for each test here. Both libraries compute in `f32`, so both have rounding errors, which accumulate over steps.
//!
//! One difference has another cause: Keras computes the powers of the betas in `f32`, so `1 - 0.999` has a relative
//! error of 1.3e-5. This library computes them in `f64`. With the default `beta_2`, the first steps of Adam and AdamW
//! therefore differ by half of that relative error.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

#[allow(dead_code)]
#[path = "parity/close.rs"]
mod close;
#[allow(dead_code)]
#[path = "parity/fixture.rs"]
mod fixture;

use fixture::Fixture;
use nn::optimizers::{Adadelta, Adagrad, Adamax, Ema, Ftrl, Lion, Nadam};
use nn::prelude::*;
use nn::schedules::{CosineDecay, CosineDecayRestarts, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay};
use nn::{Path, Variable, Weights};
use std::collections::BTreeSet;

model! {
    /// The model of `tests/fixtures/optimizers.py`.
    pub struct Item;

    let x = Input(shape = [3]);
    let hidden = Dense(4, activation = tanh)(x);
    let kind = Dense(3, activation = softmax)(hidden);
    let size = Dense(1)(hidden);

    Model(inputs = x, outputs = [kind, size])
}

/// The relative tolerance for a weight.
const RELATIVE: f64 = 1e-5;
/// The absolute tolerance for a weight near zero. Such a weight comes from sums of numbers up to 1, where `f32` has
/// steps of 6e-8. After 20 steps the largest difference of any weight here is 4e-7 on x86-64.
const ABSOLUTE: f64 = 5e-7;

const STEPS: usize = 20;
const BATCH_SIZE: usize = 6;

type Losses = (CategoricalCrossentropy, MeanSquaredError);

struct Data {
    file: Fixture,
    x: Vec<SVector<f32, 3>>,
    kind: Vec<SVector<f32, 3>>,
    size: Vec<SVector<f32, 1>>,
}

impl Data {
    fn read() -> Self {
        let file = Fixture::read("optimizers");
        Data { x: file.samples("x"), kind: file.samples("kind"), size: file.samples("size"), file }
    }

    fn compiled<O: Optimizer>(&self, optimizer: O) -> nn::Compiled<Item, O, Losses> {
        let model: Box<Item> = self.file.weights("initial");
        model.compile(optimizer, (CategoricalCrossentropy::default(), MeanSquaredError)).loss_weights((1.0, 0.5))
    }

    /// The batch of a step.
    fn train<O: Optimizer>(&self, model: &mut nn::Compiled<Item, O, Losses>, step: usize) -> nn::Result<()> {
        let start = step * BATCH_SIZE % self.x.len();
        let batch = start..start + BATCH_SIZE;
        model.train_on_batch(&self.x[batch.clone()], (&self.kind[batch.clone()], &self.size[batch]))?;
        Ok(())
    }
}

/// Takes the 20 steps of the script's case `name`.
fn run(name: &str, optimizer: impl Optimizer + Copy) -> nn::Result<()> {
    let data = Data::read();
    let expected = Fixture::read_case("optimizers", name);
    let rates: Vec<f64> = (0..STEPS as u64).map(|step| optimizer.learning_rate(step)).collect();
    expected.compare("learning_rate", &rates, 1e-6);
    let mut model = data.compiled(optimizer);
    for step in 0..STEPS {
        data.train(&mut model, step)?;
        each_variable(model.model(), |variable, got| {
            let key = variable.path.to_string();
            let all = &expected.array(&key).values;
            compare(&format!("{name}: {key} after step {step}"), got, &all[step * got.len()..][..got.len()]);
        });
    }
    expected.finish();
    Ok(())
}

fn each_variable(model: &Item, mut visit: impl FnMut(&Variable<'_>, &[f32])) {
    let mut rest = model.as_slice();
    Item::<f32>::variables(&Path::ROOT, &mut |variable| {
        let (scalars, after) = rest.split_at(variable.shape.size());
        visit(variable, scalars);
        rest = after;
    });
}

#[track_caller]
fn compare(what: &str, got: &[f32], expected: &[f64]) {
    assert_eq!(got.len(), expected.len(), "{what}: the number of scalars");
    for (&got, &expected) in got.iter().zip(expected) {
        let difference = (f64::from(got) - expected).abs();
        let allowed = (RELATIVE * expected.abs()).max(ABSOLUTE);
        // A NaN is not `<=` any number, so it fails here.
        assert!(
            difference <= allowed,
            "{what}: Keras has {expected}, got {got}; the difference is {difference:e}, allowed is {allowed:e}"
        );
    }
}

/// Writes a test for each case of the script, and a list of their names.
macro_rules! cases {
    ($($name:ident: $optimizer:expr;)*) => {
        $(
            #[test]
            fn $name() -> nn::Result<()> {
                run(stringify!($name), $optimizer)
            }
        )*

        #[test]
        fn every_case_of_the_file_is_tested() {
            let file = Fixture::read("optimizers");
            let cases: BTreeSet<&str> = file.keys().filter_map(|key| key.strip_suffix(".learning_rate")).collect();
            assert_eq!(cases, BTreeSet::from([$(stringify!($name)),*]));
        }
    };
}

const SGD: Sgd = Sgd { learning_rate: 0.2, momentum: 0.0, nesterov: false };

cases! {
    sgd: Sgd::default();
    sgd_momentum: Sgd { learning_rate: 0.05, momentum: 0.9, ..Sgd::default() };
    sgd_nesterov: Sgd { learning_rate: 0.05, momentum: 0.9, nesterov: true };
    sgd_large: Sgd { learning_rate: 0.3, ..Sgd::default() };
    adagrad: Adagrad::default();
    adagrad_other: Adagrad { learning_rate: 0.1, initial_accumulator_value: 0.01, epsilon: 1e-3 };
    rmsprop: RmsProp::default();
    rmsprop_other: RmsProp { learning_rate: 0.01, rho: 0.8, epsilon: 1e-4, ..RmsProp::default() };
    rmsprop_momentum: RmsProp { learning_rate: 0.005, momentum: 0.7, ..RmsProp::default() };
    rmsprop_centered: RmsProp { learning_rate: 0.005, centered: true, ..RmsProp::default() };
    rmsprop_centered_momentum: RmsProp { learning_rate: 0.005, momentum: 0.7, centered: true, ..RmsProp::default() };
    adam: Adam::default();
    adam_other: Adam { learning_rate: 0.02, beta_1: 0.8, beta_2: 0.95, epsilon: 1e-3, ..Adam::default() };
    adam_amsgrad: Adam { learning_rate: 0.01, amsgrad: true, beta_2: 0.7, ..Adam::default() };
    adamw: AdamW::default();
    adamw_other: AdamW {
        learning_rate: 0.02,
        weight_decay: 0.5,
        beta_1: 0.8,
        beta_2: 0.95,
        epsilon: 1e-3,
        ..AdamW::default()
    };
    adamw_amsgrad: AdamW { learning_rate: 0.01, amsgrad: true, beta_2: 0.7, ..AdamW::default() };
    adadelta: Adadelta::default();
    adadelta_other: Adadelta { learning_rate: 1.0, rho: 0.8, epsilon: 1e-4 };
    adamax: Adamax::default();
    adamax_other: Adamax { learning_rate: 0.02, beta_1: 0.8, beta_2: 0.7, epsilon: 1e-3 };
    nadam: Nadam::default();
    nadam_other: Nadam { learning_rate: 0.02, beta_1: 0.8, beta_2: 0.95, epsilon: 1e-3 };
    ftrl: Ftrl::default();
    ftrl_l1: Ftrl { learning_rate: 0.1, l1_regularization_strength: 0.2, ..Ftrl::default() };
    ftrl_l2: Ftrl {
        learning_rate: 0.1,
        l2_regularization_strength: 0.2,
        l2_shrinkage_regularization_strength: 0.1,
        ..Ftrl::default()
    };
    ftrl_other: Ftrl {
        learning_rate: 0.1,
        learning_rate_power: -0.7,
        initial_accumulator_value: 0.5,
        beta: 0.3,
        ..Ftrl::default()
    };
    lion: Lion::default();
    lion_other: Lion { learning_rate: 0.01, beta_1: 0.6, beta_2: 0.8 };

    // Common options.
    weight_decay: Sgd { learning_rate: 0.05, ..SGD }.weight_decay(0.3);
    clipnorm: SGD.clipnorm(0.1);
    clipvalue: SGD.clipvalue(0.05);
    global_clipnorm: SGD.global_clipnorm(0.2);
    clipnorm_adam: Adam { learning_rate: 0.01, beta_2: 0.9, ..Adam::default() }.clipnorm(0.05).weight_decay(0.1);
    ema_overwrite: SGD.ema(Ema { momentum: 0.8, overwrite_frequency: Some(3) });
    everything: RmsProp { momentum: 0.5, ..RmsProp::default() }
        .weight_decay(0.2)
        .global_clipnorm(0.3)
        .ema(Ema { overwrite_frequency: Some(7), ..Ema::default() })
        .schedule(CosineDecay { alpha: 0.1, warmup_target: Some(0.02), warmup_steps: 5, ..CosineDecay::new(0.001, 10) });

    // Gradients of several batches.
    accumulation: SGD.gradient_accumulation_steps(3);
    accumulation_momentum: Sgd { learning_rate: 0.05, momentum: 0.9, ..SGD }.gradient_accumulation_steps(2);
    accumulation_adam: Adam { learning_rate: 0.02, beta_2: 0.9, ..Adam::default() }
        .clipnorm(0.05)
        .weight_decay(0.1)
        .gradient_accumulation_steps(4);
    accumulation_nadam: Nadam { learning_rate: 0.02, beta_1: 0.8, beta_2: 0.95, ..Nadam::default() }
        .gradient_accumulation_steps(3);
    accumulation_ftrl: Ftrl { learning_rate: 0.1, l1_regularization_strength: 0.2, ..Ftrl::default() }
        .gradient_accumulation_steps(3);
    accumulation_ema: SGD.ema(Ema { momentum: 0.8, overwrite_frequency: Some(2) }).gradient_accumulation_steps(3);
    accumulation_everything: RmsProp { momentum: 0.5, ..RmsProp::default() }
        .weight_decay(0.2)
        .global_clipnorm(0.3)
        .ema(Ema { overwrite_frequency: Some(3), ..Ema::default() })
        .gradient_accumulation_steps(3)
        .schedule(CosineDecay { alpha: 0.1, warmup_target: Some(0.02), warmup_steps: 5, ..CosineDecay::new(0.001, 10) });

    // Schedules.
    exponential_decay: SGD.schedule(ExponentialDecay::new(0.3, 4, 0.6));
    exponential_decay_staircase: SGD.schedule(ExponentialDecay { staircase: true, ..ExponentialDecay::new(0.3, 4, 0.6) });
    piecewise_constant_decay: SGD.schedule(PiecewiseConstantDecay::new([4, 9], [0.3, 0.1, 0.02]));
    polynomial_decay: SGD.schedule(PolynomialDecay {
        end_learning_rate: 0.01,
        power: 1.5,
        ..PolynomialDecay::new(0.3, 12)
    });
    polynomial_decay_cycle: SGD.schedule(PolynomialDecay {
        end_learning_rate: 0.01,
        cycle: true,
        ..PolynomialDecay::new(0.3, 6)
    });
    inverse_time_decay: SGD.schedule(InverseTimeDecay::new(0.3, 3, 0.7));
    cosine_decay: SGD.schedule(CosineDecay { alpha: 0.1, ..CosineDecay::new(0.3, 15) });
    cosine_decay_warmup: SGD.schedule(CosineDecay {
        warmup_target: Some(0.3),
        warmup_steps: 5,
        ..CosineDecay::new(0.01, 12)
    });
    cosine_decay_restarts: SGD.schedule(CosineDecayRestarts {
        t_mul: 1.5,
        m_mul: 0.8,
        alpha: 0.1,
        ..CosineDecayRestarts::new(0.3, 3)
    });
}

const AVERAGING: Ema = Ema { momentum: 0.9, overwrite_frequency: None };

/// At the end of `fit` the weights become their average.
#[test]
fn ema_fit() -> nn::Result<()> {
    let data = Data::read();
    let expected = Fixture::read_case("optimizers", "ema_fit");
    let mut model = data.compiled(SGD.ema(AVERAGING));
    let fit = Fit::new().epochs(3).batch_size(BATCH_SIZE).shuffle(false).verbose(Verbose::Silent);
    model.fit(&data.x, (&data.kind, &data.size), fit)?;
    each_variable(model.model(), |variable, got| {
        let key = variable.path.to_string();
        compare(&key, got, &expected.array(&key).values);
    });
    expected.finish();
    Ok(())
}

/// The last gradients of `fit` wait for the next `fit`, and the average counts batches.
#[test]
fn accumulation_fit() -> nn::Result<()> {
    let data = Data::read();
    let expected = Fixture::read_case("optimizers", "accumulation_fit");
    let adam = Adam { learning_rate: 0.02, beta_2: 0.9, ..Adam::default() };
    let mut model = data.compiled(adam.ema(AVERAGING).gradient_accumulation_steps(5));
    for epochs in [1, 2] {
        let fit = Fit::new().epochs(epochs).batch_size(BATCH_SIZE).shuffle(false).verbose(Verbose::Silent);
        model.fit(&data.x, (&data.kind, &data.size), fit)?;
    }
    each_variable(model.model(), |variable, got| {
        let key = variable.path.to_string();
        compare(&key, got, &expected.array(&key).values);
    });
    expected.finish();
    Ok(())
}

/// The average is part of a checkpoint: a stopped and resumed run ends bit for bit like another one.
#[test]
fn checkpoints_hold_the_average() -> nn::Result<()> {
    let data = Data::read();
    let optimizer = SGD.ema(Ema { overwrite_frequency: Some(8), ..AVERAGING }).clipnorm(0.3);
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("optimizers");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("average.safetensors");

    let mut whole = data.compiled(optimizer);
    for step in 0..10 {
        data.train(&mut whole, step)?;
        if step == 4 {
            whole.save_checkpoint(&path)?;
        }
    }
    let mut resumed = data.compiled(optimizer);
    resumed.load_checkpoint(&path)?;
    for step in 5..10 {
        data.train(&mut resumed, step)?;
    }
    assert_eq!(whole.model(), resumed.model());

    // Without an average the checkpoint cannot resume.
    let error = data.compiled(SGD).load_checkpoint(&path).unwrap_err().to_string();
    assert!(error.contains("optimizer.average."), "{error}");
    Ok(())
}
