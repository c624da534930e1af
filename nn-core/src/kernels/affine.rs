//! [`affine`]: `y[n, o] = b[o] + Σᵢ w[i, o] · x[n, i]`.
//!
//! Lanes are outputs, rows are samples. A run of samples passes the weights of one block of outputs after the other.
//! Both stay in the nearest caches; for many inputs, only a part of the inputs does at a time. From the second part
//! on, the sums start from the values in `y`.
//!
//! The order of an output's sum depends only on the shape of the weights. The prediction for a sample therefore does
//! not depend on the samples beside it, to the last bit.

use super::block::{self, Rows, Target, each};
use super::dims::{Any, Dims, One};
use super::level::{Kernel, dispatch};
use super::split_input::Source;
use super::vector::Vector;
use crate::kernels::Shared;
use crate::tensor::scalar::Scalar;
use core::ops::Range;

/// Computes `y = W · x + b` for every sample: `y[n, o] = b[o] + Σᵢ w[i, o] · x[n, i]`. An empty `b` counts as zero.
///
/// Shapes: `w` is `O × I`, `b` has `O` or 0 scalars, `x` has `n · I` and `y` has `n · O`.
#[inline(always)]
pub fn affine<T: Scalar, const I: usize, const O: usize>(w: &[T], b: &[T], x: &[T], y: &mut [T]) {
    start::<T, I, O>(w, b, x, y, false);
}

/// Computes `y = max(W · x + b, 0)`, as [`affine`].
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
        return dispatch(Affine { shape: One::<I, O>, w, b, x, y, rectified });
    }
    many(Affine { shape: Any { n, inputs: I, outputs: O }, w, b, x, y, rectified });
}

/// Chooses the kernel for sizes that are known at run time.
#[inline]
pub(super) fn many<T: Scalar>(product: Affine<'_, T>) {
    if is_packed(product.shape.n, product.shape.inputs) {
        Shared::affine_packed(PackedWeights(product))
    } else {
        Shared::affine(product)
    }
}

/// One sample with at most `SMALL` weights gets a monomorphised kernel; at that size a run-time shape is measurable.
pub(super) const SMALL: usize = 4096;

/// The number of inputs from which on the weights of a column may not fit in the nearest cache. They are far apart, and
/// lines at distances of a power of two share few places. They are copied if that pays,
const LONG: usize = 96;
/// which is the case from `MANY` samples on.
const MANY: usize = 16;

/// Whether the weights of a column are copied.
pub(super) fn is_packed(n: usize, inputs: usize) -> bool {
    n >= MANY && inputs >= LONG
}

/// The arguments of [`affine`].
pub struct Affine<'a, T, S = Any, X = &'a [T]> {
    pub(super) shape: S,
    pub(super) w: &'a [T],
    pub(super) b: &'a [T],
    pub(super) x: X,
    pub(super) y: &'a mut [T],
    /// Whether sums below 0 become 0.
    pub(super) rectified: bool,
}

/// The arguments of [`affine`] for copied weights. A separate kernel, so that other products do not pay for its large
/// stack buffer.
pub struct PackedWeights<'a, T, X = &'a [T]>(pub(super) Affine<'a, T, Any, X>);

/// The number of inputs whose weights in one column are copied at once.
const DEPTH: usize = 256;
/// The maximum number of samples that share a copy.
const SHARING: usize = 180;
/// The maximum number of outputs of a column.
const COLUMN: usize = 16;

impl<T: Scalar, X: Source<T>> Kernel<T> for PackedWeights<'_, T, X> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(self) {
        let PackedWeights(mut product) = self;
        let (wide, two) = (WIDE * V::LANES, 2 * V::LANES);
        let Any { n, inputs, outputs } = product.shape;
        let whole = outputs / wide * wide;
        // Longer vectors use more of each line, and need other parts of a line less often.
        if two > COLUMN || whole == 0 {
            return product.run::<V, R, C, WIDE>();
        }
        let mut copy = [T::ZERO; DEPTH * COLUMN];
        // In groups of about equal size, because a copy for a few samples costs as much. There are at least `MANY`
        // samples.
        let sharing = n.div_ceil(n.div_ceil(SHARING)).next_multiple_of(6);
        for i in (0..inputs).step_by(DEPTH) {
            let depth = DEPTH.min(inputs - i);
            for s in (0..n).step_by(sharing) {
                let end = n.min(s + sharing);
                let (sixes, fours) = rows(s, end);
                for o in (0..whole).step_by(two) {
                    block::copy::<T, V>(&mut copy, &product.w[i * outputs..], outputs, o, depth);
                    let w = Rows { data: &copy, stride: two };
                    for s in (s..sixes).step_by(6) {
                        product.block::<V, 6, C, 1>(w, s, i, depth, o, two, true);
                    }
                    for s in (sixes..fours).step_by(4) {
                        product.block::<V, 4, C, 1>(w, s, i, depth, o, two, true);
                    }
                    for s in fours..end {
                        product.block::<V, 1, C, 1>(w, s, i, depth, o, two, true);
                    }
                }
            }
        }
        product.rest::<V, R, C, WIDE>(whole);
    }
}

/// Returns the ends of the blocks of six samples, and then of four. Weights behind each other leave registers for six.
#[inline(always)]
fn rows(start: usize, end: usize) -> (usize, usize) {
    let n = end - start;
    // Eight are two fours, because a single sample takes as long as four.
    let sixes = if n % 6 == 2 && n > 6 { n - 8 } else { n / 6 * 6 };
    (start + sixes, start + sixes + (n - sixes) / 4 * 4)
}

/// The number of inputs whose weights, in one column of blocks, stay in the nearest caches.
const PART: usize = 1024;
/// The number of samples whose scalars of `PART` inputs stay there while all columns pass: a multiple of every block's
/// rows.
const RUN: usize = 32;

impl<T: Scalar, S: Dims, X: Source<T>> Kernel<T> for Affine<'_, T, S, X> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(mut self) {
        self.rest::<V, R, C, WIDE>(0);
    }
}

impl<T: Scalar, H: Dims, X: Source<T>> Affine<'_, T, H, X> {
    /// Computes the outputs from `first` on.
    #[inline(always)]
    fn rest<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(&mut self, first: usize) {
        const { assert!(C == 2 && RUN.is_multiple_of(R)) };
        let (n, inputs) = (self.shape.n(), self.shape.inputs());
        if first == self.shape.outputs() {
            return;
        }
        // Without inputs, an output is still its bias.
        for i in (0..inputs.max(1)).step_by(PART) {
            let depth = PART.min(inputs - i);
            for s in (0..n).step_by(RUN) {
                self.columns::<V, R, C, WIDE>(s..n.min(s + RUN), i, depth, first);
            }
        }
    }

    /// Computes the outputs from `first` on for some samples, over `depth` inputs from `i` on.
    #[inline(always)]
    fn columns<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(
        &mut self,
        samples: Range<usize>,
        i: usize,
        depth: usize,
        first: usize,
    ) {
        let (wide, two) = (WIDE * V::LANES, 2 * V::LANES);
        let (n, outputs) = (samples.len(), self.shape.outputs());
        // One sample has enough sums here to keep the processor busy.
        let whole = outputs / wide * wide;
        if whole > first {
            let (most, fours) = (samples.start + n / R * R, samples.start + n / 4 * 4);
            for o in (0..whole).step_by(two) {
                self.column::<V, R, C, 1>(samples.start..most, i, depth, o, two, true);
                if R > 4 {
                    self.column::<V, 4, C, 1>(most..fours, i, depth, o, two, true);
                }
            }
            for o in (0..whole).step_by(wide) {
                self.column::<V, 1, WIDE, 1>(fours..samples.end, i, depth, o, wide, true);
            }
        }
        let mut first = whole;
        // If a single row has more than four vectors, which is the case if blocks have four rows.
        while 2 * C < WIDE && outputs - first >= 2 * two {
            self.pair::<V>(samples.clone(), i, depth, first);
            first += 2 * two;
        }
        for o in (first..outputs).step_by(two) {
            let (samples, width) = (samples.clone(), two.min(outputs - o));
            if V::Half::LANES < V::LANES && width <= V::Half::LANES {
                self.split::<V::Half, 4, 1, 4>(samples, i, depth, o, width);
                continue;
            }
            match (width > V::LANES, R > 4) {
                (true, true) => self.split::<V, 4, 2, 2>(samples, i, depth, o, width),
                (true, false) => self.split::<V, 2, 2, 2>(samples, i, depth, o, width),
                (false, true) => self.split::<V, 4, 1, 4>(samples, i, depth, o, width),
                (false, false) => self.split::<V, 2, 1, 4>(samples, i, depth, o, width),
            }
        }
    }

    /// Computes four vectors of outputs from `o` on for some samples, over `depth` inputs from `i` on, in two sums
    /// each. They are two columns, except for a single sample, which has no other rows to compute meanwhile.
    #[inline(always)]
    fn pair<V: Vector<T>>(&mut self, samples: Range<usize>, i: usize, depth: usize, o: usize) {
        let (two, most) = (2 * V::LANES, samples.start + samples.len() / 2 * 2);
        for o in [o, o + two] {
            self.column::<V, 2, 2, 2>(samples.start..most, i, depth, o, two, true);
        }
        self.column::<V, 1, 4, 2>(most..samples.end, i, depth, o, 2 * two, true);
    }

    /// Computes `width` outputs from `o` on for some samples, over `depth` inputs from `i` on, in `S` sums each.
    #[inline(always)]
    fn split<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        &mut self,
        samples: Range<usize>,
        i: usize,
        depth: usize,
        o: usize,
        width: usize,
    ) {
        let most = samples.start + samples.len() / R * R;
        if width == C * V::LANES {
            self.column::<V, R, C, S>(samples.start..most, i, depth, o, width, true);
            self.column::<V, 1, C, S>(most..samples.end, i, depth, o, width, true);
        } else {
            self.column::<V, R, C, S>(samples.start..most, i, depth, o, width, false);
            self.column::<V, 1, C, S>(most..samples.end, i, depth, o, width, false);
        }
    }

    /// Computes `width` outputs from `o` on for a multiple of `R` samples, over `depth` inputs from `i` on.
    #[inline(always)]
    fn column<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        &mut self,
        samples: Range<usize>,
        i: usize,
        depth: usize,
        o: usize,
        width: usize,
        full: bool,
    ) {
        let outputs = self.shape.outputs();
        let w = Rows { data: &self.w[(i * outputs + o).min(self.w.len())..], stride: outputs };
        for s in samples.step_by(R) {
            self.block::<V, R, C, S>(w, s, i, depth, o, width, full);
        }
    }

    /// Computes `width` outputs from `o` on for `R` samples from `s` on, over `depth` inputs from `i` on with weights
    /// `w`.
    #[inline(always)]
    fn block<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        &mut self,
        w: Rows<'_, T>,
        s: usize,
        i: usize,
        depth: usize,
        o: usize,
        width: usize,
        full: bool,
    ) {
        let (inputs, outputs) = (self.shape.inputs(), self.shape.outputs());
        let mut sums = [[V::splat(T::ZERO); C]; R];
        if i > 0 {
            each!(r < R => sums[r] = block::load(&self.y[(s + r) * outputs + o..][..width], full));
        } else if !self.b.is_empty() {
            sums = [block::load(&self.b[o..][..width], full); R];
        }
        self.x.add::<V, R, C, S>(&mut sums, w, width, full, s, i..i + depth, inputs);
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
