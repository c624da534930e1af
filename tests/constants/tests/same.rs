//! Every graph of the tests and examples computes the same if its sizes are named constants. `build.rs` writes the
//! graphs.

// Lints check the original files, not these copies.
#![allow(missing_docs, deprecated, unreachable_pub, unused, non_snake_case, non_upper_case_globals, clippy::all)]

use nn::layer::{Layer, Pass};
use nn::prelude::*;
use nn::weights::zeroed_box;
use nn::{Buffer, Element, Ends, Graph, Heap, Mode, Tensors};

include!(concat!(env!("OUT_DIR"), "/graphs.rs"));

/// The samples of a batch.
const SAMPLES: usize = 4;
/// The last step of each sample: values that some graph masks.
const MASKED: [f64; SAMPLES] = [0.0, 1.0, -1.0, -10.0];

type Memory<X> = <X as Tensors>::Buffers<Heap>;

/// Tensors of numbers and indices.
pub trait Numbers: Tensors {
    /// Writes numbers and indices below `bound`.
    fn fill(batch: Self::BatchMut<'_>, bound: u32, next: &mut dyn FnMut() -> f64);
    /// Collects all numbers.
    fn visit(batch: Self::Batch<'_>, found: &mut Vec<f64>);
}

/// A number or an index.
pub trait Number: Element {
    fn number(value: f64, bound: u32) -> Self;
}

impl Number for f64 {
    fn number(value: f64, _: u32) -> f64 {
        value
    }
}

impl Number for u32 {
    fn number(value: f64, bound: u32) -> u32 {
        ((value + 1.0) / 2.0 * f64::from(bound)).clamp(0.0, f64::from(bound - 1)) as u32
    }
}

impl<E: Number, const R: usize, const C: usize> Numbers for SMatrix<E, R, C> {
    fn fill(batch: &mut [Self], bound: u32, next: &mut dyn FnMut() -> f64) {
        for (sample, masked) in batch.iter_mut().zip(MASKED) {
            for scalar in sample.as_mut_slice() {
                *scalar = E::number(next(), bound);
            }
            if C > 1 {
                sample.column_mut(C - 1).fill(E::number(masked, bound));
            }
        }
    }

    fn visit(batch: &[Self], found: &mut Vec<f64>) {
        found.extend(batch.iter().flat_map(|sample| sample.as_slice()).map(|scalar| scalar.value()));
    }
}

impl<const I: usize> Numbers for MultiHot<I> {
    fn fill(batch: &mut [Self], _: u32, next: &mut dyn FnMut() -> f64) {
        for sample in batch {
            let places = (0..I).filter(|_| next() > 0.0).map(|place| place as u32);
            *sample = MultiHot::new(places.collect::<Vec<_>>()).expect("places");
        }
    }

    fn visit(_: &[Self], _: &mut Vec<f64>) {}
}

macro_rules! tuples {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Numbers),+> Numbers for ($($name,)+) {
            fn fill(batch: Self::BatchMut<'_>, bound: u32, next: &mut dyn FnMut() -> f64) {
                $($name::fill(batch.$index, bound, next);)+
            }

            fn visit(batch: Self::Batch<'_>, found: &mut Vec<f64>) {
                $($name::visit(batch.$index, found);)+
            }
        }
    };
}
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

/// The results of a model: predictions, folded predictions, a training pass, gradients of weights and inputs.
struct Computed {
    predicted: Vec<f64>,
    folded: Vec<f64>,
    trained: Vec<f64>,
    gradients: Vec<f64>,
}

fn filled<X: Numbers>(bound: u32, seed: u64) -> Memory<X> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut memory = Memory::<X>::with_capacity(SAMPLES);
    let mut next = || f64::from(rng.next_u32()) / f64::from(u32::MAX) * 2.0 - 1.0;
    X::fill(X::batch_mut::<Heap>(&mut memory, SAMPLES), bound, &mut next);
    memory
}

fn numbers<X: Numbers>(memory: &Memory<X>) -> Vec<f64> {
    let mut found = Vec::new();
    X::visit(X::batch::<Heap>(memory, SAMPLES), &mut found);
    found
}

fn predicted<M: Model<Scalar = f64, Inputs: Numbers, Outputs: Numbers>>(w: &M, x: &Memory<M::Inputs>) -> Vec<f64> {
    let mut y = Memory::<M::Outputs>::with_capacity(SAMPLES);
    let mut scratch = <M::Graph as Layer<f64, M::Inputs>>::Scratch::<Heap>::with_capacity(SAMPLES);
    M::Graph::NEW.forward::<Heap>(
        w,
        M::Inputs::batch::<Heap>(x, SAMPLES),
        M::Outputs::batch_mut::<Heap>(&mut y, SAMPLES),
        Pass::inference(&mut scratch),
    );
    numbers::<M::Outputs>(&y)
}

fn computed<M>() -> Computed
where
    M: Model<Scalar = f64, Inputs: Numbers, Outputs: Numbers>,
    M::Folded: Model<Scalar = f64, Inputs = M::Inputs, Outputs = M::Outputs>,
{
    let bounds = <M::Graph as Ends<f64, M::Inputs>>::BOUNDS;
    let bound = bounds.iter().copied().min().unwrap_or(2) as u32;
    let x = filled::<M::Inputs>(bound, 1);
    let w = M::boxed(&mut StdRng::seed_from_u64(2));
    let predictions = predicted::<M>(&w, &x);
    let folded = w.fold();
    let folded = predicted::<M::Folded>(&folded, &x);

    let mut y = Memory::<M::Outputs>::with_capacity(SAMPLES);
    let mut cache = <M::Graph as Layer<f64, M::Inputs>>::Cache::<Heap>::with_capacity(SAMPLES);
    let x = M::Inputs::batch::<Heap>(&x, SAMPLES);
    M::Graph::NEW.forward::<Heap>(
        &w,
        x,
        M::Outputs::batch_mut::<Heap>(&mut y, SAMPLES),
        Pass::training(&mut cache, Mode::new(&mut StdRng::seed_from_u64(3))),
    );
    let (dy, mut dx) = (filled::<M::Outputs>(2, 4), Memory::<M::Inputs>::with_capacity(SAMPLES));
    let mut dw = zeroed_box::<f64, M>();
    M::Graph::NEW.backward::<Heap>(
        &w,
        x,
        M::Outputs::batch::<Heap>(&y, SAMPLES),
        M::Outputs::batch::<Heap>(&dy, SAMPLES),
        nn::Memory::new(&mut cache),
        M::Inputs::gradients(M::Inputs::batch_mut::<Heap>(&mut dx, SAMPLES)),
        Some(&mut dw),
    );
    let gradients = [dw.as_slice(), &numbers::<M::Inputs>(&dx)].concat();
    Computed { predicted: predictions, folded, trained: numbers::<M::Outputs>(&y), gradients }
}

/// Checks that numbers are the same bit for bit.
#[track_caller]
fn equal(what: &str, literal: &[f64], constant: &[f64]) {
    assert_eq!(literal.len(), constant.len(), "{what}");
    for (k, (a, b)) in literal.iter().zip(constant).enumerate() {
        assert!(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(), "{what}, {k}: {a} and {b}");
    }
}

/// Checks that numbers differ at most by rounding.
#[track_caller]
fn close(what: &str, literal: &[f64], constant: &[f64]) {
    assert_eq!(literal.len(), constant.len(), "{what}");
    for (k, (a, b)) in literal.iter().zip(constant).enumerate() {
        assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0) || a.is_nan() && b.is_nan(), "{what}, {k}: {a} and {b}");
    }
}

/// Checks that two models have the same facts and compute the same.
fn same<L, C>()
where
    L: Model<Scalar = f64, Inputs: Numbers, Outputs: Numbers>,
    L::Folded: Model<Scalar = f64, Inputs = L::Inputs, Outputs = L::Outputs>,
    C: Model<Scalar = f64, Inputs = L::Inputs, Outputs = L::Outputs>,
    C::Folded: Model<Scalar = f64, Inputs = L::Inputs, Outputs = L::Outputs>,
{
    assert_eq!((L::INPUT_SHAPES, L::OUTPUT_SHAPES), (C::INPUT_SHAPES, C::OUTPUT_SHAPES));
    assert_eq!(L::SUMMARY, C::SUMMARY);
    assert_eq!(L::DESCRIPTION, C::DESCRIPTION);
    assert_eq!((L::ARENA_BYTES, L::TRAIN_BYTES, L::MACS), (C::ARENA_BYTES, C::TRAIN_BYTES, C::MACS));
    // Without optimisation a pass over millions of weights takes a minute.
    if <L as Weights<f64>>::COUNT > 100_000 {
        return;
    }
    let (literal, constant) = (computed::<L>(), computed::<C>());
    equal("predictions", &literal.predicted, &constant.predicted);
    equal("outputs in training", &literal.trained, &constant.trained);
    equal("gradients", &literal.gradients, &constant.gradients);
    // If only rustc knows the axis, a BatchNormalization is not folded into its neighbour.
    close("folded", &literal.folded, &constant.folded);
}

#[test]
fn there_are_graphs() {
    assert!(GRAPHS >= 20, "{GRAPHS} graphs");
}
