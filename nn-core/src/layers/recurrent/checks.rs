//! Helpers for the tests of the recurrent pages.

use crate::layer::{Layer, Mode, Pass};
use crate::tensor::storage::{Buffer, Heap};
use crate::tensor::{FloatTensors, Tensors};
use crate::weights::{Weights, zeroed_box};
use nalgebra::SMatrix;
use rand::{SeedableRng, rngs::StdRng};
use std::{boxed::Box, vec::Vec};

/// The steps that count in three samples: a gap, a late start and an early end; no step at all; all but the first and
/// the last step.
pub(in super::super) const MASK: [u32; 15] = [0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0];

/// [`MASK`] as the mask of the sequence.
pub(in super::super) const MASKS: &[Option<&[u32]>] = &[Some(&MASK)];

/// Returns weights that look random but are not drawn; the numbers from Keras use them.
pub(in super::super) fn pattern<W: Weights<f64>>() -> Box<W> {
    let mut w = zeroed_box::<f64, W>();
    for (k, w) in w.as_mut_slice().iter_mut().enumerate() {
        *w = ((k * 7 % 11) as f64 - 5.0) / 10.0;
    }
    w
}

/// Returns inputs of the same kind.
pub(in super::super) fn input<const R: usize, const C: usize>(from: usize) -> SMatrix<f64, R, C> {
    SMatrix::from_iterator((0..R * C).map(|k| (((k + from) * 5 % 13) as f64 - 6.0) / 6.0))
}

/// Returns the outputs of a prediction, each as one slice.
pub(in super::super) fn predict<X: Tensors, L: Layer<f64, X, Output: FloatTensors<f64>>>(
    layer: &L,
    w: &L::Weights,
    x: X::Batch<'_>,
) -> Vec<Vec<f64>> {
    predict_masked::<X, L>(layer, w, x, &[])
}

/// Returns the outputs of a prediction with masks.
pub(in super::super) fn predict_masked<X: Tensors, L: Layer<f64, X, Output: FloatTensors<f64>>>(
    layer: &L,
    w: &L::Weights,
    x: X::Batch<'_>,
    masks: &[Option<&[u32]>],
) -> Vec<Vec<f64>> {
    let n = X::len(x);
    let mut y = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(n);
    let mut scratch = L::Scratch::<Heap>::with_capacity(n);
    let pass = Pass::inference(&mut scratch).with_masks(masks);
    layer.forward::<Heap>(w, x, <L::Output as Tensors>::batch_mut::<Heap>(&mut y, n), pass);
    outputs::<L::Output>(&y, n)
}

/// Returns the outputs of a training pass.
pub(in super::super) fn train<X: Tensors, L: Layer<f64, X, Output: FloatTensors<f64>>>(
    layer: &L,
    w: &L::Weights,
    x: X::Batch<'_>,
) -> Vec<Vec<f64>> {
    train_masked::<X, L>(layer, w, x, &[])
}

/// Returns the outputs of a training pass with masks.
pub(in super::super) fn train_masked<X: Tensors, L: Layer<f64, X, Output: FloatTensors<f64>>>(
    layer: &L,
    w: &L::Weights,
    x: X::Batch<'_>,
    masks: &[Option<&[u32]>],
) -> Vec<Vec<f64>> {
    let n = X::len(x);
    let mut y = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(n);
    let mut cache = L::Cache::<Heap>::with_capacity(n);
    let mut rng = StdRng::seed_from_u64(5);
    let pass = Pass::training(&mut cache, Mode::new(&mut rng)).with_masks(masks);
    layer.forward::<Heap>(w, x, <L::Output as Tensors>::batch_mut::<Heap>(&mut y, n), pass);
    outputs::<L::Output>(&y, n)
}

fn outputs<Y: FloatTensors<f64>>(y: &Y::Buffers<Heap>, n: usize) -> Vec<Vec<f64>> {
    (0..Y::COUNT).map(|i| Y::flat(Y::batch::<Heap>(y, n), i).to_vec()).collect()
}

/// # Panics
/// If the slices differ by more than 1e-9.
pub(in super::super) fn close(expected: &[f64], got: &[f64]) {
    assert_eq!(expected.len(), got.len());
    let equal = expected.iter().zip(got).all(|(a, b)| (a - b).abs() < 1e-9);
    assert!(equal, "expected {expected:?}, got {got:?}");
}
