//! Embeddings: steps by rows against steps over whole tables, checkpoints, freezing, clipping, a user's own layers, and
//! out-of-range indices.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

mod errors;
mod exact;
mod layers;
mod lazy;
mod long;

use nn::optimizers::OptimizerOptions;
use nn::prelude::*;
use nn::rand::RngExt;
use nn::{Compiled, Scalar};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

type Words = SVector<u32, 3>;
const VOCABULARY: usize = 50;

model! {
    /// One table read in two places, and another one in a model that is called twice.
    pub struct Reader;

    let left = Input(shape = [3], dtype = u32);
    let right = Input(shape = [3], dtype = u32);
    let table = Embedding(VOCABULARY, 4);
    let inner = Inner();
    let both = concatenate([Flatten()(table(left)), Flatten()(table(right)), inner(left), inner(right)]);
    let y = Dense(1)(both);

    Model(inputs = [left, right], outputs = y)
}

model! {
    /// Its vocabulary is larger than that of `Reader`, so an input of both must be below the smaller one.
    pub struct Inner;

    let words = Input(shape = [3], dtype = u32);
    let x = Embedding(60, 2, name = "own")(words);
    let y = GlobalAveragePooling1D()(x);

    Model(inputs = words, outputs = y)
}

/// An optimizer that makes no statement about rows, so it steps over whole tables.
#[derive(Clone, Copy)]
struct Whole<O>(O);

impl<O: Optimizer> Optimizer for Whole<O> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn slots(&self) -> &'static [&'static str] {
        self.0.slots()
    }

    fn initial(&self, slot: usize) -> f64 {
        self.0.initial(slot)
    }

    fn learning_rate(&self, step: u64) -> f64 {
        self.0.learning_rate(step)
    }

    fn step<T: Scalar>(&self, step: u64, rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        self.0.step(step, rate, w, g, slots);
    }

    fn options(&self) -> OptimizerOptions {
        self.0.options()
    }
}

/// Five samples. Few words are frequent, so these repeat within a batch, and others stay away for long.
fn words(batch: usize, salt: usize) -> Vec<Words> {
    let mut rng = StdRng::seed_from_u64((2 * batch + salt) as u64);
    let mut word = || (rng.random::<f64>().powi(3) * VOCABULARY as f64) as u32;
    (0..5).map(|_| Words::from_fn(|_, _| word())).collect()
}

fn targets(batch: usize) -> Vec<f64> {
    (0..5).map(|n| ((batch * 5 + n) as f64).sin()).collect()
}

/// Models that read two lists of words and return a number.
trait Reads: Model<Scalar = f64, Inputs = (Words, Words), Outputs = SVector<f64, 1>> {}

impl<M: Model<Scalar = f64, Inputs = (Words, Words), Outputs = SVector<f64, 1>>> Reads for M {}

type Trained<M, O> = Compiled<M, O, MeanSquaredError>;

fn model<M: Reads, O: Optimizer>(optimizer: O) -> Trained<M, O> {
    Compile::compile(M::boxed(&mut StdRng::seed_from_u64(1)), optimizer, MeanSquaredError)
}

fn train<M: Reads, O: Optimizer>(model: &mut Trained<M, O>, batches: Range<usize>) {
    for batch in batches {
        model.train_on_batch((&words(batch, 0), &words(batch, 1)), &targets(batch)).expect("valid data");
    }
}

/// A file for this test alone.
fn file() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("embedding");
    std::fs::create_dir_all(&folder).expect("a folder for files");
    folder.join(format!("{}.safetensors", COUNT.fetch_add(1, Ordering::Relaxed)))
}

/// The contents of a checkpoint: weights and slots.
fn state<M: Model, O: Optimizer, L, K>(model: &mut Compiled<M, O, L, K>) -> Vec<(String, Vec<f64>)> {
    let path = file();
    model.save_checkpoint(&path).expect("a file");
    let bytes = std::fs::read(path).expect("the file");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("a checkpoint");
    let mut all: Vec<_> = tensors
        .iter()
        .filter_map(|(name, tensor)| {
            let numbers: Vec<f64> = match tensor.dtype() {
                safetensors::Dtype::F64 => tensor.data().as_chunks().0.iter().map(|&x| f64::from_le_bytes(x)).collect(),
                safetensors::Dtype::F32 => {
                    tensor.data().as_chunks().0.iter().map(|&x| f64::from(f32::from_le_bytes(x))).collect()
                }
                _ => return None,
            };
            Some((name.to_string(), numbers))
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// Compares two states; differences are relative to numbers above `floor`.
#[track_caller]
fn assert_close(rows: &[(String, Vec<f64>)], whole: &[(String, Vec<f64>)], tolerance: f64, floor: f64) {
    assert_eq!(rows.len(), whole.len());
    for ((name, rows), (_, whole)) in rows.iter().zip(whole) {
        for (k, (a, b)) in rows.iter().zip(whole).enumerate() {
            let close = (a - b).abs() <= tolerance * b.abs().max(floor);
            assert!(close, "{name}[{k}]: by rows {a}, over the table {b}");
        }
    }
}

/// Compares two states up to rounding.
#[track_caller]
fn assert_equal(rows: &[(String, Vec<f64>)], whole: &[(String, Vec<f64>)]) {
    assert_close(rows, whole, 1e-12, 1e-3);
}
