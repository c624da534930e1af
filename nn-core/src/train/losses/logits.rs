//! The common code of the cross-entropies: the constants of clipping and the softmax of logits.

use crate::kernels::{self, Simd, WithSimd, exp, rows, with_simd};
use crate::tensor::scalar::Scalar;

/// Keras's `epsilon()`: probabilities are clipped to `[EPSILON, 1 - EPSILON]` before their logarithm.
pub(super) const EPSILON: f64 = 1e-7;

/// Returns a clipped probability, and whether it was inside the range; if not, the gradient is zero. The ends are
/// inside.
#[inline(always)]
pub(super) fn clip<T: Scalar>(p: T) -> (T, bool) {
    let (low, high) = (T::of(EPSILON), T::of(1.0 - EPSILON));
    if p < low {
        (low, false)
    } else if p > high {
        (high, false)
    } else {
        (p, true)
    }
}

/// Returns the binary cross-entropy of a logit, `t · softplus(-z) + (1 - t) · softplus(z)`, without a subtraction. An
/// infinite logit costs nothing if its label is right.
#[inline(always)]
pub(super) fn binary<T: Scalar>(t: T, z: T) -> T {
    let (size, wrong) = (z.abs(), if z > T::ZERO { T::ONE - t } else { t });
    // Not a product, because 0 · ∞ is NaN.
    let linear = if wrong == T::ZERO { T::ZERO } else { wrong * size };
    linear + kernels::softplus(-size)
}

/// Returns its derivative, `σ(z) - t`.
#[inline(always)]
pub(super) fn binary_slope<T: Scalar>(t: T, z: T) -> T {
    // σ(z) = 1 - σ(-z)
    let small = kernels::sigmoid(-z.abs());
    if z > T::ZERO { (T::ONE - t) - small } else { small - t }
}

/// `ln Σ exp(z)` in two parts. Their sum would lose the second part next to a large maximum. No exponential can
/// overflow, and the 1 of the maximum is kept apart from the others.
#[derive(Clone, Copy)]
pub(super) struct LogSum<T> {
    /// The index of the first maximum; the number of classes if there is no maximum, as with NaN.
    pub(super) first: usize,
    max: T,
    /// `ln(1 + Σ exp(z - max z))` over the other classes.
    rest: T,
    /// The probability of all other classes.
    pub(super) others: T,
}

impl<T: Scalar> LogSum<T> {
    /// Computes the parts for some logits, without the probability of the others.
    #[inline]
    pub(super) fn of(z: &[T]) -> Self {
        let (max, first) = largest(z);
        let terms = z.iter().enumerate().map(|(i, &z)| if i == first { T::ZERO } else { exp(z - max) });
        LogSum { first, max, rest: terms.sum::<T>().ln_1p(), others: T::ZERO }
    }

    /// Computes the parts for some logits, also from `p = softmax(z)`.
    #[inline]
    pub(super) fn with(p: &[T], z: &[T]) -> Self {
        let (max, first) = largest(z);
        let others: T = p.iter().enumerate().map(|(i, &p)| if i == first { T::ZERO } else { p }).sum();
        // The probability of the first is exp(0) / Σ exp(z - max).
        let rest = match p.get(first) {
            Some(p) if others >= T::of(0.5) => -p.ln(),
            _ => -(-others).ln_1p(),
        };
        LogSum { first, max, rest, others }
    }

    /// Returns `ln Σ exp(z) - z[i]`, given `z[i]`: the cross-entropy of class `i`.
    #[inline(always)]
    pub(super) fn minus(self, z: T) -> T {
        (self.max - z) + self.rest
    }
}

/// Returns the largest scalar and its first index.
#[inline(always)]
fn largest<T: Scalar>(z: &[T]) -> (T, usize) {
    let max = z.iter().fold(z[0], |max, &z| if z > max { z } else { max });
    (max, rows::first(z, max))
}

/// Computes `p = exp(z) / Σ exp(z)`, and returns `ln Σ exp(z)`.
#[inline]
pub(super) fn softmax<T: Scalar>(z: &[T], p: &mut [T]) -> LogSum<T> {
    with_simd(Softmax { z, p })
}

/// The arguments of [`softmax`].
struct Softmax<'a, T> {
    z: &'a [T],
    p: &'a mut [T],
}

impl<T: Scalar> WithSimd<T> for Softmax<'_, T> {
    type Output = LogSum<T>;

    #[inline(always)]
    fn run<M: Simd<T>>(self, simd: M) -> LogSum<T> {
        let Softmax { z, p } = self;
        let max = rows::max(simd, z);
        let first = rows::first(z, max);
        for (p, &z) in p.iter_mut().zip(z) {
            *p = z - max;
        }
        simd.exp(p);
        // exp(0) = 1 is added at the end.
        if let Some(one) = p.get_mut(first) {
            *one = T::ZERO;
        }
        let others = rows::sum(simd, p);
        let factor = T::ONE / (T::ONE + others);
        for p in p.iter_mut() {
            *p *= factor;
        }
        if let Some(one) = p.get_mut(first) {
            *one = factor;
        }
        LogSum { first, max, rest: others.ln_1p(), others: others * factor }
    }
}
