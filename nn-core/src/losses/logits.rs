//! What the cross-entropies share: the constants of clipping and the softmax of logits.

use crate::scalar::Scalar;

/// Keras's `epsilon()`: probabilities are clipped to `[EPSILON, 1 - EPSILON]` before their logarithm.
pub(super) const EPSILON: f64 = 1e-7;

/// A probability clipped, and whether it was inside: where it was not, the gradient is zero. The ends are inside.
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

/// `ln Σ exp(z)`, where no exponential can overflow.
#[inline]
pub(super) fn log_sum_exp<T: Scalar>(z: &[T]) -> T {
    let max = z.iter().fold(z[0], |max, &z| if z > max { z } else { max });
    let sum: T = z.iter().map(|&z| (z - max).exp()).sum();
    max + sum.ln()
}
