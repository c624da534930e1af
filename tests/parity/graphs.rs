//! Whole graphs compared with Keras: outputs, the gradients of inputs and weights, and ten steps of training.
//!
//! A case is a graph whose layers have the names in `tests/fixtures/recurrent.py`.

use crate::fixture::Fixture;
use nn::data::{Batches, Inspect};
use nn::layer::Memory;
use nn::losses::Losses;
use nn::optimizers::Optimizer;
use nn::prelude::*;
use nn::tensor::{FloatTensors, flat, flat_mut};
use nn::weights::zeroed_box;
use nn::{Buffer, Element, Graph, Heap, Layer, Model, Pass, SMatrix, Tensors, layer::Mode};

/// `case: optimizer, loss, { graph }`, with the optimizer and the loss of the script's training.
macro_rules! graphs {
    ($file:literal; $($case:ident: $optimizer:expr, $loss:expr, { $($graph:tt)* })*) => {
        $(
            mod $case {
                #[allow(unused_imports)]
                use super::*;

                nn::model! { pub(super) struct M; $($graph)* }

                #[test]
                fn passes() {
                    crate::graphs::passes::<M<f64>>(&crate::graphs::read($file, stringify!($case)));
                }

                #[test]
                fn training() {
                    let file = crate::graphs::read($file, stringify!($case));
                    crate::graphs::train::<M<f64>, _, _>(&file, $optimizer, $loss);
                }
            }
        )*

        pub(crate) const CASES: &[&str] = &[$(stringify!($case)),*];
    };
}

/// Inputs of numbers and indices.
pub(crate) trait Inputs: Tensors {
    /// Fills tensor `i`, `i + 1`, … with the numbers that `values` gives for each.
    fn fill(batch: Self::BatchMut<'_>, i: usize, values: &dyn Fn(usize) -> Vec<f64>);
    /// Calls `visit` with every tensor of numbers.
    fn visit(batch: Self::Batch<'_>, i: usize, visit: &dyn Fn(usize, &[f64]));
}

impl<E: Element + FromValue, const R: usize, const C: usize> Inputs for SMatrix<E, R, C> {
    fn fill(batch: &mut [Self], i: usize, values: &dyn Fn(usize) -> Vec<f64>) {
        let values = values(i);
        let batch = flat_mut(batch);
        assert_eq!(batch.len(), values.len(), "input {i}");
        batch.iter_mut().zip(values).for_each(|(to, value)| *to = E::from_value(value));
    }

    fn visit(batch: &[Self], i: usize, visit: &dyn Fn(usize, &[f64])) {
        if let Some(numbers) = E::numbers(flat(batch)) {
            visit(i, numbers);
        }
    }
}

pub(crate) trait FromValue: Sized {
    fn from_value(value: f64) -> Self;
    fn numbers(values: &[Self]) -> Option<&[f64]>;
}

impl FromValue for f64 {
    fn from_value(value: f64) -> f64 {
        value
    }

    fn numbers(values: &[f64]) -> Option<&[f64]> {
        Some(values)
    }
}

impl FromValue for u32 {
    fn from_value(value: f64) -> u32 {
        assert!(value >= 0.0 && value.fract() == 0.0, "{value} is no index");
        value as u32
    }

    fn numbers(_: &[u32]) -> Option<&[f64]> {
        None
    }
}

macro_rules! tuples {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Inputs),+> Inputs for ($($name,)+) {
            fn fill(batch: Self::BatchMut<'_>, _: usize, values: &dyn Fn(usize) -> Vec<f64>) {
                $($name::fill(batch.$index, $index, values);)+
            }

            fn visit(batch: Self::Batch<'_>, _: usize, visit: &dyn Fn(usize, &[f64])) {
                $($name::visit(batch.$index, $index, visit);)+
            }
        }
    };
}
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3, E 4);

/// A case of a file. If a batch repeats an index, Keras's optimizer sees several gradients of one row, but ours sees
/// their sum. The arrays `summed.…` were made with the sum.
pub(crate) fn read(file: &str, case: &str) -> Fixture {
    let file = Fixture::read_case(file, case);
    if case != "time_distributed_model" {
        return file;
    }
    // A model in a wrapper is a prefix here.
    file.renamed(|key| key.replace(".hidden.", ".steps.hidden.").replace(".top.", ".steps.top."))
}

/// Compares a training pass: outputs, and the gradients of `Σ dy · y`.
pub(crate) fn passes<M: Model<Scalar = f64, Inputs: Inputs, Outputs: FloatTensors<f64>>>(file: &Fixture) {
    let n = file.array("y0").shape[0];
    let w: Box<M> = file.weights("w");
    let mut x = <M::Inputs as Tensors>::Buffers::<Heap>::with_capacity(n);
    M::Inputs::fill(M::Inputs::batch_mut::<Heap>(&mut x, n), 0, &|i| file.array(&format!("x{i}")).values.clone());
    let x = M::Inputs::batch::<Heap>(&x, n);
    let (dy, _) = file.buffers::<f64, M::Outputs>("dy");
    let mut y = <M::Outputs as Tensors>::Buffers::<Heap>::with_capacity(n);
    let outputs = |y: &<M::Outputs as Tensors>::Buffers<Heap>| {
        for i in 0..M::Outputs::COUNT {
            let y = <M::Outputs as FloatTensors<f64>>::flat(M::Outputs::batch::<Heap>(y, n), i);
            file.compare(&format!("y{i}"), y, crate::F64);
        }
    };

    let mut scratch = <M::Graph as Layer<f64, M::Inputs>>::Scratch::<Heap>::with_capacity(n);
    let y_mut = M::Outputs::batch_mut::<Heap>(&mut y, n);
    M::Graph::NEW.forward::<Heap>(&w, x, y_mut, Pass::inference(&mut scratch));
    outputs(&y);

    let (mut rng, mut dw) = (StdRng::seed_from_u64(0), zeroed_box::<f64, M>());
    let mut cache = <M::Graph as Layer<f64, M::Inputs>>::Cache::<Heap>::with_capacity(n);
    let y_mut = M::Outputs::batch_mut::<Heap>(&mut y, n);
    M::Graph::NEW.forward::<Heap>(&w, x, y_mut, Pass::training(&mut cache, Mode::new(&mut rng)));
    outputs(&y);
    let mut dx = <M::Inputs as Tensors>::Buffers::<Heap>::with_capacity(n);
    M::Graph::NEW.backward::<Heap>(
        &w,
        x,
        M::Outputs::batch::<Heap>(&y, n),
        M::Outputs::batch::<Heap>(&dy, n),
        Memory::new(&mut cache),
        M::Inputs::gradients(M::Inputs::batch_mut::<Heap>(&mut dx, n)),
        Some(&mut dw),
    );
    M::Inputs::visit(M::Inputs::batch::<Heap>(&dx, n), 0, &|i, dx| file.compare(&format!("dx{i}"), dx, crate::F64));
    file.compare_weights("dw", &*dw, |_| true, crate::F64);
}

/// Compares ten steps of training on all samples: the loss before each, and the weights after them.
pub(crate) fn train<M, O, L>(file: &Fixture, optimizer: O, loss: L)
where
    M: Model<Scalar = f64, Inputs: Inputs, Outputs: Inspect + FloatTensors<f64>>,
    O: Optimizer,
    L: Losses<M::Outputs, Targets = M::Outputs>,
    for<'a> <M::Inputs as Tensors>::Batch<'a>: Batches<M::Inputs>,
    for<'a> <M::Outputs as Tensors>::Batch<'a>: Batches<M::Outputs>,
{
    let n = file.array("y0").shape[0];
    let mut x = <M::Inputs as Tensors>::Buffers::<Heap>::with_capacity(n);
    M::Inputs::fill(M::Inputs::batch_mut::<Heap>(&mut x, n), 0, &|i| file.array(&format!("x{i}")).values.clone());
    let x = M::Inputs::batch::<Heap>(&x, n);
    let (targets, _) = file.buffers::<f64, M::Outputs>("target");
    let mut model = file.weights::<f64, M>("w").compile(optimizer, loss);
    let losses: Vec<f64> =
        (0..10).map(|_| model.train_on_batch(x, M::Outputs::batch::<Heap>(&targets, n)).expect("data").loss).collect();
    let prefix = if file.get("summed.losses").is_some() { "summed." } else { "" };
    file.compare(&format!("{prefix}losses"), &losses, crate::TRAINED);
    file.compare_weights(&format!("{prefix}after"), model.model(), |_| true, crate::TRAINED);
}

pub(crate) const RMSPROP: RmsProp =
    RmsProp { learning_rate: 0.02, rho: 0.9, momentum: 0.0, epsilon: 1e-7, centered: false };

/// Coefficients of penalties, which TensorFlow rounds to `f32`.
pub(crate) const R01: f64 = 0.01_f32 as f64;
pub(crate) const R02: f64 = 0.02_f32 as f64;
pub(crate) const R005: f64 = 0.005_f32 as f64;

#[test]
fn every_case_of_the_files_is_tested() {
    for (file, cases) in [
        ("recurrent_embedding", crate::sequences::embedding::CASES),
        ("recurrent_simple_rnn", crate::sequences::simple_rnn::CASES),
        ("recurrent_lstm", crate::sequences::lstm::CASES),
        ("recurrent_gru", crate::sequences::gru::CASES),
        ("recurrent_bidirectional", crate::sequences::bidirectional::CASES),
        ("recurrent_steps", crate::sequences::steps::CASES),
        ("convolution", crate::convolution::CASES),
        ("shapes", crate::shapes::CASES),
        ("normalization_graphs", crate::normalization::CASES),
        ("pooling_graphs", crate::pooling::CASES),
    ] {
        let all = Fixture::read(file);
        let in_file: std::collections::BTreeSet<&str> =
            all.keys().filter_map(|key| Some(key.split_once('.')?.0)).collect();
        let tested: std::collections::BTreeSet<&str> = cases.iter().copied().collect();
        let missing: Vec<_> = in_file.difference(&tested).filter(|case| !KERAS_ONLY.contains(case)).collect();
        assert!(missing.is_empty(), "{file}: {missing:?}");
    }
}

/// Cases in which Keras forgets a mask: it loses the mask of a tensor if the layer gets initial states, unless the mask
/// is given again. Here the mask holds.
const KERAS_ONLY: &[&str] = &["simple_rnn_masked_initial", "lstm_masked_initial", "gru_masked_initial"];
