//! [`affine`]: `y[n, o] = b[o] + Σᵢ w[i, o] · x[n, i]`.
//!
//! Lanes are outputs, rows are samples. All samples pass by the weights of one block of outputs, which stay in the nearest
//! caches: where there are many inputs, in parts. From the second part on, the sums start from what is in `y`.
//!
//! In which order an output is summed depends on the shape of the weights alone. So what is predicted for a sample does not
//! depend, to the last bit, on the samples beside it.

use super::block::{self, Along, Rows, Target, each};
use super::level::{Kernel, dispatch};
use super::shape::{Any, One, Shape};
use super::vector::Vector;
use crate::kernels::Shared;
use crate::scalar::Scalar;
use core::ops::Range;

/// `y = W · x + b` for every sample: `y[n, o] = b[o] + Σᵢ w[i, o] · x[n, i]`. An empty `b` counts as zero.
///
/// Shapes: `w` is `O × I`, `b` has `O` or 0 scalars, `x` has `n · I` and `y` has `n · O`.
#[inline(always)]
pub fn affine<T: Scalar, const I: usize, const O: usize>(w: &[T], b: &[T], x: &[T], y: &mut [T]) {
    start::<T, I, O>(w, b, x, y, false);
}

/// `y = max(W · x + b, 0)`, as [`affine`].
#[inline(always)]
pub fn affine_rectified<T: Scalar, const I: usize, const O: usize>(w: &[T], b: &[T], x: &[T], y: &mut [T]) {
    start::<T, I, O>(w, b, x, y, true);
}

#[inline(always)]
fn start<T: Scalar, const I: usize, const O: usize>(w: &[T], b: &[T], x: &[T], y: &mut [T], rectified: bool) {
    if O == 0 {
        return;
    }
    let n = y.len() / O;
    let (w, x, y) = (&w[..I * O], &x[..n * I], &mut y[..n * O]);
    if n == 1 && I * O <= SMALL {
        dispatch(Affine { shape: One::<I, O>, w, b, x, y, rectified });
    } else {
        Shared::affine(Affine { shape: Any { n, inputs: I, outputs: O }, w, b, x, y, rectified });
    }
}

/// A single sample and so few weights have a kernel of their own: what a shape costs that is not known would be felt.
const SMALL: usize = 4096;

/// The arguments of [`affine`].
pub struct Affine<'a, T, S = Any> {
    shape: S,
    w: &'a [T],
    b: &'a [T],
    x: &'a [T],
    y: &'a mut [T],
    /// Whether sums below 0 become 0.
    rectified: bool,
}

/// Inputs whose weights, in one column of blocks, stay in the nearest caches.
const PART: usize = 1024;

impl<T: Scalar, S: Shape> Kernel<T> for Affine<'_, T, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(mut self) {
        const { assert!(C == 2) };
        let (wide, two) = (WIDE * V::LANES, 2 * V::LANES);
        let (n, outputs) = (self.shape.n(), self.shape.outputs());
        // Where one sample has enough sums to compute with.
        let whole = outputs / wide * wide;
        if whole > 0 {
            let (most, fours) = (n / R * R, n / 4 * 4);
            for o in (0..whole).step_by(two) {
                self.column::<V, R, C, 1>(0..most, o, two, true);
                if R > 4 {
                    self.column::<V, 4, C, 1>(most..fours, o, two, true);
                }
            }
            for o in (0..whole).step_by(wide) {
                self.column::<V, 1, WIDE, 1>(fours..n, o, wide, true);
            }
        }
        for o in (whole..outputs).step_by(two) {
            let width = two.min(outputs - o);
            if V::Half::LANES < V::LANES && width <= V::Half::LANES {
                self.split::<V::Half, 4, 1, 4>(o, width);
                continue;
            }
            match (width > V::LANES, R > 4) {
                (true, true) => self.split::<V, 4, 2, 2>(o, width),
                (true, false) => self.split::<V, 2, 2, 2>(o, width),
                (false, true) => self.split::<V, 4, 1, 4>(o, width),
                (false, false) => self.split::<V, 2, 1, 4>(o, width),
            }
        }
    }
}

impl<T: Scalar, H: Shape> Affine<'_, T, H> {
    /// All samples; `width` outputs from `o` on, in `S` sums each.
    #[inline(always)]
    fn split<V: Vector<T>, const R: usize, const C: usize, const S: usize>(&mut self, o: usize, width: usize) {
        let n = self.shape.n();
        let most = n / R * R;
        if width == C * V::LANES {
            self.column::<V, R, C, S>(0..most, o, width, true);
            self.column::<V, 1, C, S>(most..n, o, width, true);
        } else {
            self.column::<V, R, C, S>(0..most, o, width, false);
            self.column::<V, 1, C, S>(most..n, o, width, false);
        }
    }

    /// A multiple of `R` samples; `width` outputs from `o` on.
    #[inline(always)]
    fn column<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        &mut self,
        samples: Range<usize>,
        o: usize,
        width: usize,
        full: bool,
    ) {
        if samples.is_empty() {
            return;
        }
        let mut i = 0;
        loop {
            let depth = PART.min(self.shape.inputs() - i);
            let mut s = samples.start;
            while s < samples.end {
                self.block::<V, R, C, S>(s, i, depth, o, width, full);
                s += R;
            }
            i += depth;
            if i == self.shape.inputs() {
                return;
            }
        }
    }

    /// `R` samples from `s` on, `depth` inputs from `i` on, `width` outputs from `o` on.
    #[inline(always)]
    fn block<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        &mut self,
        s: usize,
        i: usize,
        depth: usize,
        o: usize,
        width: usize,
        full: bool,
    ) {
        let (inputs, outputs) = (self.shape.inputs(), self.shape.outputs());
        let w = Rows { data: &self.w[(i * outputs + o).min(self.w.len())..], stride: outputs };
        let x = Along(Rows { data: &self.x[s * inputs + i..], stride: inputs });
        let mut sums = [[V::splat(T::ZERO); C]; R];
        if i > 0 {
            each!(r < R => sums[r] = block::load(&self.y[(s + r) * outputs + o..][..width], full));
        } else if !self.b.is_empty() {
            sums = [block::load(&self.b[o..][..width], full); R];
        }
        block::sum::<T, V, R, C, S>(&mut sums, w, width, full, x, depth);
        if self.rectified && i + depth == inputs {
            each!(r < R => {
                for c in 0..C {
                    sums[r][c] = sums[r][c].positive();
                }
            });
        }
        Target { data: &mut self.y[s * outputs + o..], stride: outputs, width, full }.set(sums);
    }
}
