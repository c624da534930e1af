//! The mean and the variance of every feature of a batch.

use super::counted::Counted;
use crate::layers::normalization::sums::add;
use crate::tensor::scalar::Scalar;
use core::ops::Range;

/// The number of scalars of a feature in a plain sum, if its neighbours are not more.
const SUMMANDS: usize = 64;

/// Calls `visit` with the place and the feature of every scalar of these features, `STRIDE` apart.
#[inline(always)]
pub(super) fn each<const STRIDE: usize>(features: Range<usize>, mut visit: impl FnMut(usize, usize)) {
    for f in features {
        for k in f * STRIDE..(f + 1) * STRIDE {
            visit(k, f);
        }
    }
}

/// Computes `μ = mean(x)` and `σ² = mean((x - μ)²)`. `spare` has three numbers for each feature.
///
/// The second pass adds `mean(x - μ)` to the mean, and takes its square from the variance: a mean far from 0
/// is right to the last digits, and the variance of equal numbers is 0. A plain sum has few summands.
#[inline(always)]
pub(super) fn statistics<T: Scalar, const F: usize, const STRIDE: usize>(
    x: &[T],
    mean: &mut [T],
    variance: &mut [T],
    spare: &mut [T],
    counted: impl Counted,
) {
    let number = |f: usize| T::of(counted.number::<F, STRIDE>(f).max(1) as f64);
    let flush = |parts: &mut [T], totals: &mut [T]| {
        for (part, total) in parts.iter_mut().zip(totals) {
            *total += *part;
            *part = T::ZERO;
        }
    };
    let is_full = |block: usize| (block + 1).is_multiple_of(const { SUMMANDS / STRIDE + 1 });
    let blocks = || x.chunks_exact(F * STRIDE).enumerate();
    let (moved, parts) = spare.split_at_mut(F);
    let (parts, squares) = parts.split_at_mut(F);
    mean.fill(T::ZERO);
    moved.fill(T::ZERO);
    variance.fill(T::ZERO);
    parts.fill(T::ZERO);
    squares.fill(T::ZERO);
    // The parts of the mean that rounding loses are in `squares`.
    let keep = |parts: &mut [T], totals: &mut [T], lost: &mut [T]| {
        for ((part, total), lost) in parts.iter_mut().zip(totals).zip(lost) {
            add(*part, total, lost);
            *part = T::ZERO;
        }
    };
    for (block, x) in blocks() {
        each::<STRIDE>(0..F, |k, f| {
            if counted.counts(block * F * STRIDE + k) {
                parts[f] += x[k];
            }
        });
        if is_full(block) {
            keep(parts, mean, squares);
        }
    }
    keep(parts, mean, squares);
    squares.fill(T::ZERO);
    for (f, mean) in mean.iter_mut().enumerate() {
        *mean /= number(f);
    }
    for (block, x) in blocks() {
        each::<STRIDE>(0..F, |k, f| {
            if counted.counts(block * F * STRIDE + k) {
                let off = x[k] - mean[f];
                parts[f] += off;
                squares[f] += off * off;
            }
        });
        if is_full(block) {
            flush(parts, moved);
            flush(squares, variance);
        }
    }
    flush(parts, moved);
    flush(squares, variance);
    for (f, ((mean, variance), moved)) in mean.iter_mut().zip(variance).zip(moved).enumerate() {
        let n = number(f);
        let moved = *moved / n;
        *mean += moved;
        *variance = (*variance / n - moved * moved).positive();
    }
}
