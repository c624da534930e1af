//! Lion: steps by the sign of the momentum only.

use super::Optimizer;
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;

/// Steps of one length, in the direction of the sign of a momentum. It keeps half as much state as Adam.
///
/// ```text
/// w -= lr · sign(β₁ · m + (1 - β₁) · g)        sign(0) = 0
/// m = β₂ · m + (1 - β₂) · g
/// ```
///
/// The gradient counts more in the step (`β₁`) than in the kept momentum (`β₂`). Every weight moves by `lr` in every
/// step, so the rate should be 3 to 10 times smaller than Adam's.
///
/// `Lion { learning_rate: 0.35, .. }` moves `x` by `lr` in every step. It moves `y` by `lr` too, so `y` cannot come
/// closer to the minimum than that:
///
/// ```text
///       S
///
///         a
///
///           b   d   f   h    j   l   n   p   r   t   v    x   z
///                                                            +
///
///             c   e   g    i   k   m   o   q   s   u    w   y
/// ```
///
/// Source: <https://keras.io/api/optimizers/lion/>; Chen et al., *Symbolic Discovery of Optimization Algorithms*,
/// NeurIPS 2023.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lion {
    /// `lr`; Keras's default is 0.001.
    pub learning_rate: f64,
    /// `β₁`, the part of the momentum in a step, above 0 and at most 1; Keras's default is 0.9.
    pub beta_1: f64,
    /// `β₂`, the inertia of the momentum; Keras's default is 0.99.
    pub beta_2: f64,
}

impl Lion {
    /// Keras's defaults.
    pub const DEFAULT: Self = Lion { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.99 };
}

impl Optimizer for Lion {
    fn name(&self) -> &'static str {
        "lion"
    }

    fn slots(&self) -> &'static [&'static str] {
        &["momentum"]
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.learning_rate
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("learning_rate", self.learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("beta_1", self.beta_1, Allowed::SOME_PART));
        visit(Setting::new("beta_2", self.beta_2, Allowed::BELOW_ONE));
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, _: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        let lr = T::of(learning_rate);
        let (beta_1, rest_1) = (T::of(self.beta_1), T::of(1.0 - self.beta_1));
        let (beta_2, rest_2) = (T::of(self.beta_2), T::of(1.0 - self.beta_2));
        let [m, ..] = slots else { return };
        for ((w, &g), m) in w.iter_mut().zip(g).zip(m.iter_mut()) {
            *w -= lr * sign(beta_1 * *m + rest_1 * g);
            *m = beta_2 * *m + rest_2 * g;
        }
    }
}

/// Returns -1, 0 or 1; not `signum`, which has no 0. A NaN stays NaN.
fn sign<T: Scalar>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        -T::ONE
    } else {
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    /// `keras.optimizers.Lion(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        let lion = Lion { learning_rate: 0.125, ..Lion::default() };
        like_keras(&lion, [[0.875, -1.875, 0.375], [0.75, -2.0, 0.25], [0.875, -2.125, 0.125]]);
        // beta_1=0.25, beta_2=0.5
        like_keras(
            &Lion { beta_1: 0.25, beta_2: 0.5, ..lion },
            [[0.875, -1.875, 0.375], [0.75, -2.0, 0.25], [0.875, -2.125, 0.125]],
        );
    }

    #[test]
    fn signs() {
        assert_eq!([3.0, 0.0, -0.0, -1e-30].map(sign), [1.0, 0.0, 0.0, -1.0]);
        assert!(sign(f32::NAN).is_nan());
    }

    #[test]
    fn drawing() {
        page_shows(include_str!("lion.rs"), &way(&Lion { learning_rate: 0.35, ..Lion::default() }));
    }
}
