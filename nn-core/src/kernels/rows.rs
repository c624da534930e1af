//! The maximum of a row, and sums over a row, to be inlined into loops over rows that are compiled for a level.
//!
//! The order of a row's sum depends only on its length, so all levels give the same bits. A sum has as many running
//! sums as the widest vector has lanes, which are then added in pairs. Products of short rows are added one after the
//! other. Builds without optimisation use plain sums.

use super::Simd;
use crate::tensor::scalar::Scalar;

/// The number of lanes of the widest vector.
pub(super) const LANES: usize = 16;

/// Whether a row of this length has running sums.
#[inline(always)]
const fn wide(len: usize) -> bool {
    OPTIMISED && len >= LANES
}

const OPTIMISED: bool = cfg!(all(feature = "std", not(debug_assertions)));

/// Whether a row is computed entirely in registers: one array of `f32`, whose `exp` is not a call.
#[inline(always)]
pub const fn short<T>(len: usize) -> bool {
    OPTIMISED && len > 0 && len <= LANES && size_of::<T>() == size_of::<f32>()
}

/// Computes `x = exp(x - max x) / Σ exp(x - max x)` for a row that is [`short`], entirely in registers.
#[inline(always)]
pub fn softmax<T: Scalar>(simd: impl Simd<T>, x: &mut [T]) {
    let (len, first) = (x.len(), x[0]);
    let mut lanes = simd.part(x);
    let mut most = lanes;
    for l in 0..LANES {
        most[l] = if l < len { most[l] } else { first };
    }
    let max = largest(most);
    for l in 0..LANES {
        lanes[l] -= max;
    }
    simd.exp(&mut lanes);
    for l in 0..LANES {
        lanes[l] = if l < len { lanes[l] } else { T::ZERO };
    }
    let factor = T::ONE / total(lanes);
    for l in 0..LANES {
        lanes[l] *= factor;
    }
    simd.set_part(lanes, x);
}

/// Returns the largest scalar of a row that is not empty.
#[inline(always)]
pub fn max<T: Scalar>(simd: impl Simd<T>, x: &[T]) -> T {
    if !wide(x.len()) {
        let first = x.first().copied().unwrap_or(T::ZERO);
        return x.iter().fold(first, |max, &x| larger(max, x));
    }
    let mut lanes = [x[0]; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for l in 0..LANES {
            lanes[l] = larger(lanes[l], chunk[l]);
        }
    }
    let part = simd.part(rest);
    for l in 0..LANES {
        lanes[l] = if l < rest.len() { larger(lanes[l], part[l]) } else { lanes[l] };
    }
    largest(lanes)
}

/// Returns the index of the first maximum of a row, given the result of [`max`]. Returns the length of the row if the
/// maximum is not finite, because nothing can be subtracted from it.
#[inline(always)]
pub fn first<T: Scalar>(x: &[T], max: T) -> usize {
    if max.finite() { x.iter().position(|&x| x == max).unwrap_or(x.len()) } else { x.len() }
}

/// Returns the largest of the lanes.
#[inline(always)]
fn largest<T: Scalar>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] = larger(lanes[l], lanes[l + half]);
        }
        half /= 2;
    }
    lanes[0]
}

/// Returns `b` if it is larger, else `a`.
#[inline(always)]
fn larger<T: Scalar>(a: T, b: T) -> T {
    if b > a { b } else { a }
}

/// Returns `Σ x`.
#[inline(always)]
pub fn sum<T: Scalar>(simd: impl Simd<T>, x: &[T]) -> T {
    if !OPTIMISED {
        return x.iter().copied().sum();
    }
    let mut lanes = [T::ZERO; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for l in 0..LANES {
            lanes[l] += chunk[l];
        }
    }
    let part = simd.part(rest);
    for l in 0..LANES {
        lanes[l] += part[l];
    }
    total(lanes)
}

/// Returns `Σ a · b`.
#[inline(always)]
pub fn dot<T: Scalar>(simd: impl Simd<T>, a: &[T], b: &[T]) -> T {
    if cfg!(any(not(feature = "std"), debug_assertions)) {
        return super::dot(a, b);
    }
    if !wide(a.len()) {
        return a.iter().zip(b).map(|(&a, &b)| a * b).sum();
    }
    let mut lanes = [T::ZERO; LANES];
    let ((a_chunks, a_rest), (b_chunks, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for l in 0..LANES {
            lanes[l] += a[l] * b[l];
        }
    }
    let (a, b) = (simd.part(a_rest), simd.part(b_rest));
    for l in 0..LANES {
        lanes[l] += a[l] * b[l];
    }
    total(lanes)
}

/// Returns the sum of the lanes.
#[inline(always)]
fn total<T: Scalar>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] += lanes[l + half];
        }
        half /= 2;
    }
    lanes[0]
}
