//! Mean and variance of data that comes in batches.

use crate::tensor::scalar::Scalar;
use core::ops::Range;
use nalgebra::SMatrix;

/// The sums of `F` features, or nothing if `LEARNT` is 0. Zeros before the first batch.
pub(super) type Sums<const F: usize, const LEARNT: usize> = [SMatrix<f64, F, 6>; LEARNT];

/// The columns of the sums.
const SHIFT: usize = 0;
/// `Σ (x - k)`, and the rounding errors of its additions.
const FIRST: usize = 1;
/// `Σ (x - k)²`, and the rounding errors.
const SECOND: usize = 3;
/// The number of scalars so far.
const COUNT: usize = 5;

/// Adds to a sum in one column, with the rounding error in the next one (Neumaier).
fn add<const F: usize>(sums: &mut SMatrix<f64, F, 6>, f: usize, column: usize, x: f64) {
    let Some(&before) = sums.get((f, column)) else { return };
    let sum = before + x;
    let is_larger = before * before >= x * x;
    let (large, small) = if is_larger { (before, x) } else { (x, before) };
    for (column, value) in [(column, x), (column + 1, (large - sum) + small)] {
        if let Some(total) = sums.get_mut((f, column)) {
            *total += value;
        }
    }
}

/// Adds the samples of a batch, of `size` scalars each. `each` calls its argument with every feature of a sample and
/// the places of scalars.
pub(super) fn collect<T: Scalar, const F: usize, const LEARNT: usize>(
    sums: &mut Sums<F, LEARNT>,
    x: &[T],
    size: usize,
    each: impl Fn(&mut dyn FnMut(usize, Range<usize>)),
) {
    let Some(sums) = sums.first_mut() else { return };
    let more = (x.len() / size.max(1) * (size / F.max(1))) as f64;
    if more == 0.0 {
        return;
    }
    let all = |visit: &mut dyn FnMut(usize, f64)| {
        for x in x.chunks_exact(size) {
            each(&mut |f, places| {
                x.get(places).unwrap_or_default().iter().for_each(|x| visit(f, x.to_f64()));
            });
        }
    };
    if sums[(0, COUNT)] == 0.0 {
        // The mean of the first batch is near that of all: differences to it keep their digits.
        all(&mut |f, x| {
            if let Some(shift) = sums.get_mut((f, SHIFT)) {
                *shift += x / more;
            }
        });
    }
    all(&mut |f, x| {
        let d = x - sums.get((f, SHIFT)).copied().unwrap_or_default();
        add(sums, f, FIRST, d);
        add(sums, f, SECOND, d * d);
    });
    for f in 0..F {
        sums[(f, COUNT)] += more;
    }
}

/// Merges the moments into a mean, a variance and their count; a count of 0 or NaN means that there are none yet.
pub(super) fn merge<T: Scalar, const F: usize, const LEARNT: usize>(
    sums: &Sums<F, LEARNT>,
    mean: &mut [T],
    variance: &mut [T],
    count: &mut T,
) {
    let Some(sums) = sums.first() else { return };
    let more = sums[(0, COUNT)];
    if more == 0.0 {
        return;
    }
    let before = if *count > T::ZERO { count.to_f64() } else { 0.0 };
    let total = before + more;
    for (f, (mean, variance)) in mean.iter_mut().zip(variance).enumerate().take(F) {
        let first = (sums[(f, FIRST)] + sums[(f, FIRST + 1)]) / more;
        let second = (sums[(f, SECOND)] + sums[(f, SECOND + 1)]) / more;
        // The difference of equal numbers may be slightly below 0.
        let (mine, square) = (sums[(f, SHIFT)] + first, (second - first * first).positive());
        if before == 0.0 {
            (*mean, *variance) = (T::of(mine), T::of(square));
            continue;
        }
        let (other, others) = (mean.to_f64(), variance.to_f64());
        let d = mine - other;
        *mean = T::of(other + d * (more / total));
        let between = d * d * (before / total) * (more / total);
        *variance = T::of(others * (before / total) + square * (more / total) + between);
    }
    *count = T::of(total);
}
