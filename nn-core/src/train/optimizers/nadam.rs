//! Nadam: Adam with a momentum that looks ahead, like Nesterov's.

use super::Optimizer;
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;
use nalgebra::ComplexField;

/// Adam with Nesterov momentum.
///
/// ```text
/// uₜ = β₁ · (1 - ½ · 0.96ᵗ)                        t = 1, 2, ..
/// Pₜ = u₁ · u₂ · … · uₜ
/// m += (g - m) · (1 - β₁)
/// v += (g² - v) · (1 - β₂)
/// m̂ = uₜ₊₁ · m / (1 - Pₜ₊₁) + (1 - uₜ) · g / (1 - Pₜ)
/// v̂ = v / (1 - β₂ᵗ)
/// w -= lr · m̂ / (√v̂ + ε)
/// ```
///
/// The effective momentum `uₜ` grows from about `β₁ / 2` to `β₁`. The newest gradient counts once more than in Adam,
/// like a step from the point to which the momentum leads. As in Keras, `m` itself is not corrected for its start at
/// zero, so the first steps are shorter than Adam's.
///
/// `Nadam { learning_rate: 0.5, .. }` goes straight to the bottom of the valley; [`Adam`](super::Adam) overshoots it:
///
/// ```text
///       S
///
///
///          a
///
///            b c d e f g h i j k l m n o p q r s tu v wxy z  +
/// ```
///
/// Source: <https://keras.io/api/optimizers/Nadam/>; Dozat, *Incorporating Nesterov Momentum into Adam*, ICLR workshop
/// 2016.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nadam {
    /// `lr`; Keras's default is 0.001.
    pub learning_rate: f64,
    /// `β₁`, the inertia of the momentum; Keras's default is 0.9.
    pub beta_1: f64,
    /// `β₂`, the inertia of the mean square; Keras's default is 0.999.
    pub beta_2: f64,
    /// `ε`; Keras's default is 1e-7.
    pub epsilon: f64,
}

impl Nadam {
    /// Keras's defaults.
    pub const DEFAULT: Self = Nadam { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
}

/// The step from which on `1 - ½ · 0.96ᵗ` is 1 in f64.
const SETTLED: u64 = 1000;

impl Nadam {
    /// Returns `uₜ`, `uₜ₊₁`, `Pₜ`. Keras keeps `P` as a variable; computing it anew needs no state, and at most
    /// [`SETTLED`] products.
    fn momenta(&self, t: u64) -> (f64, f64, f64) {
        let (mut power, mut product) = (1.0, 1.0);
        for _ in 0..t.min(SETTLED) {
            power *= 0.96;
            product *= 1.0 - 0.5 * power;
        }
        let u = |power: f64| self.beta_1 * (1.0 - 0.5 * power);
        (u(power), u(power * 0.96), product * ComplexField::powf(self.beta_1, t as f64))
    }
}

impl Optimizer for Nadam {
    fn name(&self) -> &'static str {
        "nadam"
    }

    fn slots(&self) -> &'static [&'static str] {
        &["momentum", "velocity"]
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.learning_rate
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("learning_rate", self.learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("beta_1", self.beta_1, Allowed::BELOW_ONE));
        visit(Setting::new("beta_2", self.beta_2, Allowed::BELOW_ONE));
        visit(Setting::new("epsilon", self.epsilon, Allowed::POSITIVE));
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        let t = step + 1;
        let (u, next, product) = self.momenta(t);
        let of_m = T::of(learning_rate * next / (1.0 - product * next));
        let of_g = T::of(learning_rate * (1.0 - u) / (1.0 - product));
        let of_v = T::of(1.0 / (1.0 - ComplexField::powf(self.beta_2, t as f64)));
        let (rest_1, rest_2) = (T::of(1.0 - self.beta_1), T::of(1.0 - self.beta_2));
        let epsilon = T::of(self.epsilon);
        let [m, v, ..] = slots else { return };
        for (((w, &g), m), v) in w.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
            *m += (g - *m) * rest_1;
            *v += (g * g - *v) * rest_2;
            *w -= (of_m * *m + of_g * g) / ((*v * of_v).sqrt() + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    /// `keras.optimizers.Nadam(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        let nadam = Nadam { learning_rate: 0.125, ..Nadam::default() };
        like_keras(
            &nadam,
            [
                [0.867151558399, -1.86715149879, 0.367151558399],
                [0.801954090595, -1.97735929489, 0.358137488365],
                [0.912018716335, -2.0116713047, 0.289721548557],
            ],
        );
        // beta_1=0.75, beta_2=0.5, epsilon=0.01
        like_keras(
            &Nadam { beta_1: 0.75, beta_2: 0.5, epsilon: 0.01, ..nadam },
            [
                [0.862741351128, -1.86138236523, 0.365380913019],
                [0.777903914452, -1.9729013443, 0.348381906748],
                [0.884366750717, -2.02175521851, 0.254955679178],
            ],
        );
    }

    #[test]
    fn the_product_is_that_of_all_steps() {
        let nadam = Nadam { beta_1: 0.9999, ..Nadam::default() };
        let mut product = 1.0;
        for t in 1..=SETTLED + 500 {
            let u = nadam.beta_1 * (1.0 - 0.5 * 0.96_f64.powi(t as i32));
            let next = nadam.beta_1 * (1.0 - 0.5 * 0.96_f64.powi(t as i32 + 1));
            product *= u;
            let got = nadam.momenta(t);
            for (got, expected) in [(got.0, u), (got.1, next), (got.2, product)] {
                assert!((got - expected).abs() < 1e-12 * expected, "t = {t}: expected {expected}, got {got}");
            }
        }
    }

    #[test]
    fn drawing() {
        page_shows(include_str!("nadam.rs"), &way(&Nadam { learning_rate: 0.5, ..Nadam::default() }));
    }
}
