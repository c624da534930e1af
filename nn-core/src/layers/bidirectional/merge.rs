//! Merges the outputs of both layers, and splits the gradient for them.

use super::compute::Bidirectional;
use super::merge_mode::{AVE, CONCAT, MUL, NONE, SUM};
use crate::layers::recurrent::Options;
use crate::tensor::FloatTensors;
use crate::tensor::scalar::Scalar;
use nalgebra::{SMatrix, SVector};

/// A merge mode, given by its index, with a number of last states.
#[derive(Clone, Copy, Debug)]
pub struct Merge<const MODE: usize, const STATES: usize>;

/// The outputs of a [`Merge`] of two layers with `U` units and `P` steps; the merged output has `O` rows.
pub trait Merged<T: Scalar, const U: usize, const O: usize, const P: usize> {
    /// `y` or both outputs, then the last states.
    type Output: FloatTensors<T>;
}

macro_rules! merged {
    ($($mode:ident)*) => {$(
        merged! { @impl $mode 0 SMatrix<T, O, P> }
        merged! { @impl $mode 2 (SMatrix<T, O, P>, SVector<T, U>, SVector<T, U>) }
        merged! { @impl $mode 4
            (SMatrix<T, O, P>, SVector<T, U>, SVector<T, U>, SVector<T, U>, SVector<T, U>) }
    )*};
    (@impl $mode:ident $states:literal $output:ty) => {
        impl<T: Scalar, const U: usize, const O: usize, const P: usize> Merged<T, U, O, P> for Merge<$mode, $states> {
            type Output = $output;
        }
    };
}
merged! { CONCAT SUM MUL AVE }
merged! { @impl NONE 0 (SMatrix<T, U, P>, SMatrix<T, U, P>) }
merged! { @impl NONE 2 (SMatrix<T, U, P>, SMatrix<T, U, P>, SVector<T, U>, SVector<T, U>) }
merged! { @impl NONE 4 (
    SMatrix<T, U, P>, SMatrix<T, U, P>, SVector<T, U>, SVector<T, U>, SVector<T, U>, SVector<T, U>
) }

impl<L, const MODE: usize, const F: usize, const U: usize, const O: usize, const P: usize, const STATES: usize>
    Bidirectional<L, MODE, F, U, O, P, STATES>
{
    /// The number of outputs before the last states.
    pub(super) const SEQUENCES: usize = if MODE == NONE { 2 } else { 1 };

    /// Returns the options for the layer (0) or its mirror image (1).
    pub(super) fn options(layer: Options, direction: usize) -> Options {
        let backwards = layer.backwards != (direction == 1);
        Options { backwards, zero_output: P > 1, ..layer }
    }

    /// Returns the range of the `U` scalars of step `p` in the output of all samples, for the layer or its mirror
    /// image. The mirror image's output is reversed.
    #[inline(always)]
    pub(super) fn place(direction: usize, sample: usize, p: usize) -> core::ops::Range<usize> {
        let start = (sample * P + if direction == 0 { p } else { P - 1 - p }) * U;
        start..start + U
    }

    /// Writes the last states of the layer or of its mirror image, if they are outputs.
    pub(super) fn last_states<T: Scalar, Y: FloatTensors<T>>(
        direction: usize,
        last: [&[T]; 2],
        mut y: Y::BatchMut<'_>,
    ) {
        let states = STATES / 2;
        for (i, last) in last.into_iter().enumerate().take(states) {
            let to = Self::SEQUENCES + direction * states + i;
            Y::flat_mut(Y::reborrow(&mut y), to).copy_from_slice(last);
        }
    }

    /// Writes the outputs of both layers: merged, or each on its own.
    pub(super) fn outputs<T: Scalar, Y: FloatTensors<T>>(f: &[T], b: &[T], mut y: Y::BatchMut<'_>) {
        if MODE != NONE {
            return Self::merge(f, b, Y::flat_mut(y, 0));
        }
        Y::flat_mut(Y::reborrow(&mut y), 0).copy_from_slice(f);
        for (row, y) in Y::flat_mut(y, 1).chunks_exact_mut(U).enumerate() {
            y.copy_from_slice(&b[Self::place(1, row / P, row % P)]);
        }
    }

    /// Merges the outputs of both layers into `y`.
    fn merge<T: Scalar>(f: &[T], b: &[T], y: &mut [T]) {
        for (row, y) in y.chunks_exact_mut(O).enumerate() {
            let f = &f[Self::place(0, row / P, row % P)];
            let b = &b[Self::place(1, row / P, row % P)];
            if MODE == CONCAT {
                let (above, below) = y.split_at_mut(U);
                above.copy_from_slice(f);
                below.copy_from_slice(b);
                continue;
            }
            for u in 0..U {
                y[u] = match MODE {
                    SUM => f[u] + b[u],
                    MUL => f[u] * b[u],
                    _ => (f[u] + b[u]) * T::of(0.5),
                };
            }
        }
    }

    /// Computes the gradient of the output of one layer; `other` is the output of the other layer.
    pub(super) fn split<T: Scalar>(direction: usize, dy: &[T], other: &[T], d: &mut [T]) {
        for (row, dy) in dy.chunks_exact(O).enumerate() {
            let d = &mut d[Self::place(direction, row / P, row % P)];
            let other = &other[Self::place(1 - direction, row / P, row % P)];
            let dy = if MODE == CONCAT { &dy[direction * U..][..U] } else { dy };
            for u in 0..U {
                d[u] = match MODE {
                    MUL => other[u] * dy[u],
                    AVE => dy[u] * T::of(0.5),
                    _ => dy[u],
                };
            }
        }
    }
}
