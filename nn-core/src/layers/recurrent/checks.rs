//! What the tests of the recurrent pages share.

use crate::layer::{Layer, Memory, Mode, Pass, Train};
use crate::tensor::storage::{Buffer, Heap, Storage};
use crate::tensor::{FloatTensors, Tensors};
use crate::weights::{Weights, zeroed_box};
use nalgebra::{SMatrix, SVector};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{boxed::Box, vec::Vec};

/// The steps of three samples that count: a gap, a late start and an early end; none at all; all but the first and the last.
pub(in super::super) const MASK: [SVector<u32, 5>; 3] = [
    SVector::<u32, 5>::new(0, 1, 0, 1, 0),
    SVector::<u32, 5>::new(0, 0, 0, 0, 0),
    SVector::<u32, 5>::new(0, 1, 1, 1, 0),
];

/// A layer of `U` units with a mask that is always [`MASK`], so that its other inputs can be checked like those of any layer.
pub(in super::super) struct Masked<L, const U: usize>(pub(in super::super) L);

macro_rules! masked {
    ($($state:ident $index:tt),*) => {
        impl<
            L: Layer<f64, (SMatrix<f64, F, 5>, $($state<f64, U>,)* SVector<u32, 5>)>,
            const F: usize,
            const U: usize,
        > Layer<f64, masked!(@inputs F U $($state)*)> for Masked<L, U>
        {
            type Output = L::Output;
            type Weights = L::Weights;
            type Scratch<B: Storage> = L::Scratch<B>;
            type Cache<B: Storage> = L::Cache<B>;

            fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
                self.0.init(w, rng);
            }

            fn forward<B: Storage>(
                &self,
                w: &Self::Weights,
                x: <masked!(@inputs F U $($state)*) as Tensors>::Batch<'_>,
                y: <Self::Output as Tensors>::BatchMut<'_>,
                pass: Pass<'_, '_, f64, Self::Scratch<B>, Self::Cache<B>>,
            ) {
                self.0.forward::<B>(w, masked!(@batch x $($index)*), y, pass);
            }

            fn backward<B: Storage>(
                &self,
                w: &Self::Weights,
                x: <masked!(@inputs F U $($state)*) as Tensors>::Batch<'_>,
                y: <Self::Output as Tensors>::Batch<'_>,
                dy: <Self::Output as Tensors>::Batch<'_>,
                memory: Memory<'_, f64, Self::Cache<B>>,
                dx: <masked!(@inputs F U $($state)*) as Tensors>::Gradients<'_>,
                dw: Option<&mut Self::Weights>,
            ) {
                let dx = masked!(@gradients dx $($index)*);
                self.0.backward::<B>(w, masked!(@batch x $($index)*), y, dy, memory, dx, dw);
            }
        }

        impl<
            L: Layer<f64, (SMatrix<f64, F, 5>, $($state<f64, U>,)* SVector<u32, 5>)>,
            const F: usize,
            const U: usize,
        > Train<f64, masked!(@inputs F U $($state)*)> for Masked<L, U>
        {
        }
    };
    (@inputs $f:ident $u:ident) => { SMatrix<f64, $f, 5> };
    (@inputs $f:ident $u:ident $($state:ident)+) => { (SMatrix<f64, $f, 5>, $($state<f64, $u>),+) };
    (@batch $x:ident) => { ($x, &MASK[..$x.len()]) };
    (@batch $x:ident $($index:tt)+) => { ($x.0, $($x.$index,)+ &MASK[..$x.0.len()]) };
    (@gradients $x:ident) => { ($x, None) };
    (@gradients $x:ident $($index:tt)+) => { ($x.0, $($x.$index,)+ None) };
}

masked!();
masked!(SVector 1);
masked!(SVector 1, SVector 2);

/// Weights that look random, with nothing drawn: those of the numbers from Keras.
pub(in super::super) fn pattern<W: Weights<f64>>() -> Box<W> {
    let mut w = zeroed_box::<f64, W>();
    for (k, w) in w.as_mut_slice().iter_mut().enumerate() {
        *w = ((k * 7 % 11) as f64 - 5.0) / 10.0;
    }
    w
}

/// Inputs of the same kind.
pub(in super::super) fn input<const R: usize, const C: usize>(from: usize) -> SMatrix<f64, R, C> {
    SMatrix::from_iterator((0..R * C).map(|k| (((k + from) * 5 % 13) as f64 - 6.0) / 6.0))
}

/// The outputs of a prediction, each as one slice.
pub(in super::super) fn predict<X: Tensors, L: Layer<f64, X, Output: FloatTensors<f64>>>(
    layer: &L,
    w: &L::Weights,
    x: X::Batch<'_>,
) -> Vec<Vec<f64>> {
    let n = X::len(x);
    let mut y = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(n);
    let mut scratch = L::Scratch::<Heap>::with_capacity(n);
    layer.forward::<Heap>(w, x, <L::Output as Tensors>::batch_mut::<Heap>(&mut y, n), Pass::inference(&mut scratch));
    outputs::<L::Output>(&y, n)
}

/// The outputs of a training pass.
pub(in super::super) fn train<X: Tensors, L: Layer<f64, X, Output: FloatTensors<f64>>>(
    layer: &L,
    w: &L::Weights,
    x: X::Batch<'_>,
) -> Vec<Vec<f64>> {
    let n = X::len(x);
    let mut y = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(n);
    let mut cache = L::Cache::<Heap>::with_capacity(n);
    let mut rng = StdRng::seed_from_u64(5);
    let pass = Pass::training(&mut cache, Mode::new(&mut rng));
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
