//! Merges the outputs of both layers, and splits the gradient for them.

use super::compute::Bidirectional;
use super::merge_mode::{AVE, CONCAT, MUL, NONE, SUM};
use crate::layers::recurrent::Options;
use crate::tensor::scalar::Scalar;
use crate::tensor::{FloatTensors, copy};
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

    /// Copies the steps of each sample. The mirror image's steps are copied in reverse order.
    pub(super) fn turn<T: Scalar>(direction: usize, from: &[T], to: &mut [T]) {
        if direction == 0 {
            return copy(from, to);
        }
        for (from, to) in from.chunks_exact(P * U).zip(to.chunks_exact_mut(P * U)) {
            for (from, to) in from.chunks_exact(U).zip(to.chunks_exact_mut(U).rev()) {
                to.copy_from_slice(from);
            }
        }
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
            copy(last, Y::flat_mut(Y::reborrow(&mut y), to));
        }
    }

    /// Writes the outputs of both layers: merged, or each on its own.
    pub(super) fn outputs<T: Scalar, Y: FloatTensors<T>>(f: &[T], b: &[T], mut y: Y::BatchMut<'_>) {
        if MODE != NONE {
            return Self::merge(f, b, Y::flat_mut(y, 0));
        }
        Self::turn(0, f, Y::flat_mut(Y::reborrow(&mut y), 0));
        Self::turn(1, b, Y::flat_mut(y, 1));
    }

    /// Merges the outputs of both layers into `y`. The output of the mirror image is reversed.
    fn merge<T: Scalar>(f: &[T], b: &[T], y: &mut [T]) {
        let samples = f.chunks_exact(P * U).zip(b.chunks_exact(P * U)).zip(y.chunks_exact_mut(P * O));
        for ((f, b), y) in samples {
            let steps = f.chunks_exact(U).zip(b.chunks_exact(U).rev()).zip(y.chunks_exact_mut(O));
            for ((f, b), y) in steps {
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
    }

    /// Computes the gradient `d` of the output of one layer; `other` is the output of the other layer. The two outputs
    /// have opposite orders, and `dy` has the order of the layer that reads forwards.
    pub(super) fn split<T: Scalar>(direction: usize, dy: &[T], other: &[T], d: &mut [T]) {
        let samples = d.chunks_exact_mut(P * U).zip(other.chunks_exact(P * U)).zip(dy.chunks_exact(P * O));
        for ((d, other), dy) in samples {
            let mut steps = dy.chunks_exact(O);
            for (d, other) in d.chunks_exact_mut(U).zip(other.chunks_exact(U).rev()) {
                let Some(dy) = (if direction == 0 { steps.next() } else { steps.next_back() }) else { return };
                let (above, below) = dy.split_at(U);
                let dy = if MODE == CONCAT && direction == 1 { below } else { above };
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
}
