//! The common code of losses that are a mean of one function over the features of a position: `l = 1/n · Σ f(t, y)`.
//!
//! The mean over the features of a position and then over positions equals the mean over all scalars, because every
//! position has the same number of features.

use crate::tensor::scalar::Scalar;

/// Returns `1/n · Σ f(t, y)`.
#[inline(always)]
pub(super) fn mean<T: Scalar>(targets: &[T], predictions: &[T], f: impl Fn(T, T) -> T) -> T {
    mean_of(targets.iter().zip(predictions).map(|(&t, &y)| f(t, y)), predictions.len())
}

/// Returns the sum of `n` terms divided by `n`, summed in `f64` if that is not slower. The mean of a million terms in
/// `f32` then has all digits, and is finite if the terms are.
#[inline(always)]
pub(super) fn mean_of<T: Scalar>(terms: impl Iterator<Item = T>, n: usize) -> T {
    if cfg!(feature = "std") {
        T::of(terms.map(T::to_f64).sum::<f64>() / n as f64)
    } else {
        terms.sum::<T>() / T::of(n as f64)
    }
}

/// Computes the gradient of the mean, from the derivative `df` of `f` with respect to `y`.
#[inline(always)]
pub(super) fn mean_slope<T: Scalar>(targets: &[T], predictions: &[T], slope: &mut [T], df: impl Fn(T, T) -> T) {
    let factor = T::of(1.0 / predictions.len() as f64);
    for ((g, &t), &y) in slope.iter_mut().zip(targets).zip(predictions) {
        *g = factor * df(t, y);
    }
}

/// Returns -1, 0 or 1. (`signum` of a float is never 0.) A NaN stays NaN.
#[inline(always)]
pub(super) fn sign<T: Scalar>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        -T::ONE
    } else {
        x
    }
}

/// Returns the larger value; NaN if `x` is NaN.
#[inline(always)]
pub(super) fn at_least<T: Scalar>(x: T, low: T) -> T {
    if x < low { low } else { x }
}
