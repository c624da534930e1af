//! [`add_outer`]: `dw[i, o] += Σₙ dy[n, o] · x[n, i]`.
//!
//! Lanes are outputs, rows are inputs, and the sum is over samples: a block of `dw` is read and written once for all of
//! them, or for as many as the nearest caches can hold the pieces of.

use super::block::{self, Across, Rows, Target};
use super::level::Kernel;
use super::vector::Vector;
use crate::kernels::Shared;
use crate::scalar::Scalar;
use core::ops::Range;

/// The weights' share of the gradient of [`affine`](super::affine), summed over the samples: `dW += Σₙ dy[n] ⊗ x[n]`.
///
/// Shapes: `dw` is `O × I`, `x` has `n · I` and `dy` has `n · O`.
#[inline]
pub fn add_outer<T: Scalar, const I: usize, const O: usize>(dw: &mut [T], x: &[T], dy: &[T]) {
    if O == 0 {
        return;
    }
    let n = dy.len() / O;
    Shared::add_outer(AddOuter { n, inputs: I, outputs: O, dw: &mut dw[..I * O], x: &x[..n * I], dy: &dy[..n * O] });
}

/// The arguments of [`add_outer`].
pub struct AddOuter<'a, T> {
    n: usize,
    inputs: usize,
    outputs: usize,
    dw: &'a mut [T],
    x: &'a [T],
    dy: &'a [T],
}

/// Samples that are summed at once.
const SAMPLES: usize = 256;
/// Inputs whose scalars of so many samples stay in the second cache while all outputs pass.
const INPUTS: usize = 256;

impl<T: Scalar> Kernel<T> for AddOuter<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(mut self) {
        const { assert!(C == 2) };
        let two = 2 * V::LANES;
        let whole = self.outputs / two * two;
        for s in (0..self.n).step_by(SAMPLES) {
            let depth = SAMPLES.min(self.n - s);
            for i in (0..self.inputs).step_by(INPUTS) {
                let inputs = i..self.inputs.min(i + INPUTS);
                for o in (0..whole).step_by(two) {
                    self.column::<V, R, 2>(inputs.clone(), s, depth, o, two, true);
                }
                let rest = self.outputs - whole;
                if rest > V::LANES {
                    self.column::<V, R, 2>(inputs, s, depth, whole, rest, false);
                } else if rest > 0 {
                    self.column::<V, R, 1>(inputs, s, depth, whole, rest, false);
                }
            }
        }
    }
}

impl<T: Scalar> AddOuter<'_, T> {
    /// Some inputs; `depth` samples from `s` on, `width` outputs from `o` on.
    #[inline(always)]
    fn column<V: Vector<T>, const R: usize, const C: usize>(
        &mut self,
        inputs: Range<usize>,
        s: usize,
        depth: usize,
        o: usize,
        width: usize,
        full: bool,
    ) {
        let mut i = inputs.start;
        while i + R <= inputs.end {
            self.block::<V, R, C>(i, s, depth, o, width, full);
            i += R;
        }
        while R > 4 && i + 4 <= inputs.end {
            self.block::<V, 4, C>(i, s, depth, o, width, full);
            i += 4;
        }
        while i < inputs.end {
            self.block::<V, 1, C>(i, s, depth, o, width, full);
            i += 1;
        }
    }

    /// `R` inputs from `i` on, `depth` samples from `s` on, `width` outputs from `o` on.
    #[inline(always)]
    fn block<V: Vector<T>, const R: usize, const C: usize>(
        &mut self,
        i: usize,
        s: usize,
        depth: usize,
        o: usize,
        width: usize,
        full: bool,
    ) {
        let (inputs, outputs) = (self.inputs, self.outputs);
        let dy = Rows { data: &self.dy[s * outputs + o..], stride: outputs };
        let x = Across(Rows { data: &self.x[s * inputs + i..], stride: inputs });
        let mut sums = [[V::splat(T::ZERO); C]; R];
        block::sum::<T, V, R, C, 1>(&mut sums, dy, width, full, x, depth);
        Target { data: &mut self.dw[i * outputs + o..], stride: outputs, width, full }.add(sums);
    }
}
