//! `gradient_accumulation_steps`: several batches make one step. `tests/optimizers.rs` compares it with Keras.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::losses::{Loss, LossOn};
use nn::optimizers::{Ema, Ftrl};
use nn::prelude::*;
use nn::{Compiled, StepError, Trainer};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

model! {
    /// A table, penalties, bounds, and an input that turns the gradient of a row off.
    pub struct Words;

    let words = Input(shape = [3], dtype = u32);
    let scale = Input(shape = [3, 4]);
    let embedding = Embedding(130, 4)(words);
    let h = GlobalAveragePooling1D()(multiply([embedding, scale]));
    let h = Dense(5, activation = tanh, kernel_regularizer = l2(0.01))(h);
    // Constraints also follow the batches between two steps; these weights are in their bounds at first.
    let y = Dense(2, kernel_initializer = ones, kernel_constraint = NonNeg)(h);

    Model(inputs = [words, scale], outputs = y)
}

type Scale = SMatrix<f64, 4, 3>;
type Trained<O> = Compiled<Words<f64>, O, MeanSquaredError>;

fn words<O: Optimizer>(optimizer: O) -> Trained<O> {
    Words::<f64>::boxed(&mut StdRng::seed_from_u64(3)).compile(optimizer, MeanSquaredError)
}

struct Data {
    words: Vec<[u32; 3]>,
    scale: Vec<Scale>,
    y: Vec<[f64; 2]>,
}

impl Data {
    /// Some samples give no gradient to their rows.
    fn new(n: u32) -> Self {
        let number = |k: u32| f64::from(k.wrapping_mul(2_654_435_761) % 2000) / 1000.0 - 1.0;
        Data {
            words: (0..n).map(|k| [k * 7 % 130, k * 5 % 11, 129 - k % 2]).collect(),
            scale: (0..n).map(|k| Scale::repeat(if k % 5 == 2 { 0.0 } else { 1.0 })).collect(),
            y: (0..n).map(|k| [number(k), number(k + 99)]).collect(),
        }
    }

    fn train<O: Optimizer>(&self, model: &mut Trained<O>, batch: core::ops::Range<usize>) {
        let x = (&self.words[batch.clone()], &self.scale[batch.clone()]);
        model.train_on_batch(x, &self.y[batch]).unwrap();
    }
}

/// The largest difference of a weight.
fn difference(a: &Words<f64>, b: &Words<f64>) -> f64 {
    a.as_slice().iter().zip(b.as_slice()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Calls a function with optimizers that step by rows exactly, by rows with decays, by rows if they are lazy, and not.
macro_rules! with_each {
    ($check:ident) => {
        $check(Sgd::new(0.1).gradient_accumulation_steps(3), Sgd::new(0.1).into_options());
        $check(RmsProp::new(0.01).clipnorm(0.05).gradient_accumulation_steps(3), RmsProp::new(0.01).clipnorm(0.05));
        $check(
            Adam::new(0.01).lazy().global_clipnorm(0.2).gradient_accumulation_steps(3),
            Adam::new(0.01).lazy().global_clipnorm(0.2),
        );
        $check(
            Adam::new(0.01).weight_decay(0.1).clipvalue(0.01).gradient_accumulation_steps(3),
            Adam::new(0.01).weight_decay(0.1).clipvalue(0.01),
        );
        $check(Ftrl::new(0.1).gradient_accumulation_steps(3), Ftrl::new(0.1).into_options());
    };
}

/// An optimizer in a `With`, so that all cases have the same form.
trait IntoOptions: Optimizer + Sized {
    fn into_options(self) -> nn::optimizers::With<Self> {
        nn::optimizers::With::new(self)
    }
}

impl<O: Optimizer> IntoOptions for O {}

#[test]
fn three_batches_are_one_of_three_times_the_size() {
    fn check(accumulating: impl Optimizer, whole: impl Optimizer) {
        let data = Data::new(36);
        let (mut model, mut expected) = (words(accumulating), words(whole));
        for start in (0..36).step_by(4) {
            let before = model.model().as_slice().to_vec();
            data.train(&mut model, start..start + 4);
            if start % 12 == 8 {
                data.train(&mut expected, start - 8..start + 4);
                let difference = difference(model.model(), expected.model());
                assert!(difference < 1e-12, "{difference:e} at {start}");
            } else {
                assert!(model.model().as_slice() == before);
            }
        }
        assert_eq!((model.steps(), expected.steps()), (9, 3));
    }
    with_each!(check);
}

/// The same with gradients that are given.
#[test]
fn gradients_of_a_tape_accumulate() -> nn::Result<()> {
    let data = Data::new(12);
    let optimizer = RmsProp::new(0.01).ema(Ema::new(0.5)).gradient_accumulation_steps(2);
    let (mut expected, mut own) = (words(optimizer), words(optimizer));
    let mut tape = own.tape(3);
    for start in [0, 3, 6, 9] {
        let batch = start..start + 3;
        data.train(&mut expected, batch.clone());
        let x = (&data.words[batch.clone()], &data.scale[batch.clone()]);
        let predictions = tape.forward(own.model(), x, &mut StdRng::seed_from_u64(0));
        let pairs = predictions.iter().zip(&data.y[batch]);
        let dy: Vec<[f64; 2]> = pairs.map(|(p, y)| std::array::from_fn(|i| (p[i] - y[i]) / 3.0)).collect();
        let gradient = tape.backward(own.model(), &dy);
        own.apply_gradient(&gradient)?;
        assert!(difference(own.model(), expected.model()) < 1e-13);
    }
    Ok(())
}

model! {
    /// Enough work for a batch of some hundred samples to be divided.
    pub struct Divided;

    let words = Input(shape = [16], dtype = u32);
    let embedding = Embedding(400, 32)(words);
    let h = Dense(32, activation = tanh)(Dense(32, activation = relu)(embedding));
    let y = Dense(2)(Flatten()(h));

    Model(inputs = words, outputs = y)
}

/// Batches of a step may have different numbers of parts, which share rows of the table.
#[test]
fn divided_batches_accumulate() -> nn::Result<()> {
    let optimizer = RmsProp { epsilon: 0.01, ..RmsProp::new(0.01) }.clipnorm(0.1);
    let x: Vec<[u32; 16]> = (0..260_u32).map(|k| std::array::from_fn(|i| (k * 3 + i as u32 * 7) % 400)).collect();
    let y: Vec<[f64; 2]> = x.iter().map(|x| [f64::from(x[0]) / 400.0, f64::from(x[5]) / 400.0]).collect();
    let net = || Divided::<f64>::boxed(&mut StdRng::seed_from_u64(3));
    let mut model = net().compile(optimizer.gradient_accumulation_steps(3), MeanSquaredError);
    let mut expected = net().compile(optimizer, ());
    let (mut tape, mut sum) = (expected.tape(260), net());
    sum.as_mut_slice().fill(0.0);
    for n in [260, 7, 20] {
        let (x, y) = (&x[260 - n..], &y[260 - n..]);
        model.train_on_batch(x, y)?;
        let predictions = tape.forward(expected.model(), x, &mut StdRng::seed_from_u64(0));
        let pairs = predictions.iter().zip(y);
        let dy: Vec<[f64; 2]> = pairs.map(|(p, y)| std::array::from_fn(|i| (p[i] - y[i]) / n as f64)).collect();
        let gradient = tape.backward(expected.model(), &dy);
        sum.as_mut_slice().iter_mut().zip(gradient.as_slice()).for_each(|(sum, g)| *sum += g / 3.0);
    }
    expected.apply_gradient(&*sum)?;
    let pairs = model.model().as_slice().iter().zip(expected.model().as_slice());
    let difference = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(difference < 1e-11, "{difference:e}");
    Ok(())
}

fn path(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("accumulation");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// A checkpoint between two steps has the gradients that wait, and the rows that they touched.
#[test]
fn a_resumed_run_ends_bit_for_bit() {
    fn check(accumulating: impl Optimizer + Copy, other: impl Optimizer) {
        let (data, path) = (Data::new(48), path("resumed.safetensors"));
        for stop in [16, 20, 24] {
            let mut whole = words(accumulating);
            let mut resumed = words(accumulating);
            // It has gradients of its own, which the checkpoint replaces.
            data.train(&mut resumed, 40..44);
            for start in (0..48).step_by(4) {
                if start == stop {
                    whole.save_checkpoint(&path).unwrap();
                    resumed.load_checkpoint(&path).unwrap();
                }
                data.train(&mut whole, start..start + 4);
                if start >= stop {
                    data.train(&mut resumed, start..start + 4);
                    assert!(whole.model() == resumed.model(), "stopped at {stop}, now at {start}");
                }
            }
        }
        let mut waits = words(accumulating);
        data.train(&mut waits, 0..4);
        waits.save_checkpoint(&path).unwrap();
        let error = words(other).load_checkpoint(&path).unwrap_err().to_string();
        assert!(error.contains("optimizer.gradient_accumulator."), "{error}");
    }
    with_each!(check);
}

/// `fit` stops in the middle of a step's batches, and another program goes on.
#[test]
fn fit_resumes() -> nn::Result<()> {
    let (data, path) = (Data::new(20), path("fit.safetensors"));
    let optimizer = Adam::new(0.01).gradient_accumulation_steps(3);
    let fit = || Fit::new().batch_size(4).epochs(4).verbose(0);
    let mut whole = words(optimizer);
    whole.fit((&data.words, &data.scale), &data.y, fit())?;
    let mut first = words(optimizer);
    // Ten batches: one waits.
    first.fit((&data.words, &data.scale), &data.y, fit().epochs(2))?;
    first.save_checkpoint(&path)?;
    let mut second = words(optimizer);
    second.load_checkpoint(&path)?;
    second.fit((&data.words, &data.scale), &data.y, fit().resume(true))?;
    assert_eq!((whole.steps(), second.steps()), (20, 20));
    assert!(whole.model() == second.model());
    Ok(())
}

#[test]
fn layers_freeze_between_two_batches_of_a_step() -> nn::Result<()> {
    let data = Data::new(12);
    for layer in ["dense", "embedding"] {
        let mut model = words(Sgd::new(0.1).gradient_accumulation_steps(3));
        let mut expected = words(Sgd::new(0.1).gradient_accumulation_steps(3));
        data.train(&mut model, 0..4);
        // Its gradients are forgotten, and those of the other layers are not.
        model.set_trainable(layer, false)?;
        expected.set_trainable(layer, false)?;
        data.train(&mut expected, 0..4);
        for batch in [4..8, 8..12] {
            data.train(&mut model, batch.clone());
            data.train(&mut expected, batch);
        }
        let untouched = words(Sgd::new(0.1));
        match layer {
            "dense" => assert!(model.model().dense == untouched.model().dense),
            _ => assert!(model.model().embedding == untouched.model().embedding),
        }
        assert!(model.model() == expected.model());
        assert_ne!(model.model(), untouched.model());
    }
    Ok(())
}

/// A loss that panics on one target.
#[derive(Clone, Copy, Debug)]
struct Panics;

impl Loss for Panics {
    fn name(&self) -> &'static str {
        "panics"
    }
}

impl LossOn<SVector<f64, 2>> for Panics {
    type Target = SVector<f64, 2>;

    fn loss(&self, target: &Self::Target, y: &SVector<f64, 2>) -> f64 {
        assert!(target[0] < 100.0);
        (y - target).norm_squared()
    }

    fn gradient(&self, target: &Self::Target, y: &SVector<f64, 2>, gradient: &mut SVector<f64, 2>) {
        *gradient = 2.0 * (y - target);
    }
}

/// The gradients before a panic are lost; the next step has the mean of those after it.
#[test]
fn a_panic_ends_the_sum() {
    let data = Data::new(8);
    let boxed = || Words::<f64>::boxed(&mut StdRng::seed_from_u64(3));
    let mut model = boxed().compile(Sgd::new(0.1).gradient_accumulation_steps(2), Panics);
    let mut expected = boxed().compile(Sgd::new(0.1), Panics);
    let x = |batch: core::ops::Range<usize>| (&data.words[batch.clone()], &data.scale[batch]);
    model.train_on_batch(x(0..4), &data.y[..4]).unwrap();
    let bad = catch_unwind(AssertUnwindSafe(|| model.train_on_batch(x(0..4), [[1000.0, 0.0]; 4]).unwrap()));
    assert!(bad.is_err());
    model.train_on_batch(x(4..8), &data.y[4..]).unwrap();
    expected.train_on_batch(x(4..8), &data.y[4..]).unwrap();
    assert!(model.model() == expected.model());
}

#[test]
fn senseless_numbers_and_trainers_are_errors() {
    let data = Data::new(4);
    let mut model = words(Sgd::new(0.1).gradient_accumulation_steps(1));
    let error = model.train_on_batch((&data.words, &data.scale), &data.y).unwrap_err().to_string();
    let expected = "gradient_accumulation_steps: expected a finite number of at least 2, got 1";
    assert!(error.contains(expected), "{error}");
    // As in Keras, 0 is none.
    let mut model = words(Sgd::new(0.1).gradient_accumulation_steps(0));
    let mut plain = words(Sgd::new(0.1));
    data.train(&mut model, 0..4);
    data.train(&mut plain, 0..4);
    assert!(model.model() == plain.model());

    let optimizer = Sgd::new(0.1).gradient_accumulation_steps(2);
    let net = || Words::<f64>::new(&mut StdRng::seed_from_u64(3));
    assert_eq!(Trainer::<_, 4, 0>::new(net(), &optimizer).err(), Some(StepError::Accumulation));
    let mut trainer = Trainer::<_, 4, 0>::new(net(), &Sgd::new(0.1)).unwrap();
    let x = (&data.words, &data.scale);
    let step = trainer.step(&optimizer, &MeanSquaredError, x, &data.y, &mut StdRng::seed_from_u64(0));
    assert_eq!(step, Err(StepError::Accumulation));
    let gradient = net();
    assert_eq!(trainer.apply_gradient(&optimizer, &gradient), Err(StepError::Accumulation));
    assert_eq!(trainer.restart(&optimizer), Err(StepError::Accumulation));
    assert!(trainer.steps() == 0 && trainer.model == net());
}
