//! What the cross-entropies share: the constants of clipping and the softmax of logits.

use crate::kernels::{Machine, Walk, exp, rows, walk};
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
    let sum: T = z.iter().map(|&z| exp(z - max)).sum();
    max + sum.ln()
}

/// `p = exp(z) / Σ exp(z)`, and what [`log_sum_exp`] gives.
#[inline]
pub(super) fn softmax<T: Scalar>(z: &[T], p: &mut [T]) -> T {
    walk(Softmax { z, p })
}

/// The arguments of [`softmax`].
struct Softmax<'a, T> {
    z: &'a [T],
    p: &'a mut [T],
}

impl<T: Scalar> Walk<T> for Softmax<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<M: Machine<T>>(self, machine: M) -> T {
        let Softmax { z, p } = self;
        let max = rows::max(machine, z);
        for (p, &z) in p.iter_mut().zip(z) {
            *p = z - max;
        }
        machine.exp(p);
        let sum = rows::sum(machine, p);
        let factor = T::ONE / sum;
        for p in p {
            *p *= factor;
        }
        max + sum.ln()
    }
}

/// What [`log_sum_exp`] gives, from `p = softmax(z)` as well: the largest is `exp(max z) / Σ exp(z)`.
#[inline]
pub(super) fn log_sum_exp_with<T: Scalar>(p: &[T], z: &[T]) -> T {
    let largest = |x: &[T]| x.iter().fold(x[0], |max, &x| if x > max { x } else { max });
    largest(z) - largest(p).ln()
}
