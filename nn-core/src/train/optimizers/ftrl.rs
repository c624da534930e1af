//! FTRL: follow the regularized leader. Unimportant weights become exactly zero.

use super::Optimizer;
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;

/// Follow the regularized leader: the weights that would have been best so far, with L1 and L2 penalties.
///
/// ```text
/// n' = n + g²                                              n starts at initial_accumulator_value
/// l += g + 2 · shrinkage · w - (n'ᵖ - nᵖ) / lr · w         p = -learning_rate_power
/// q = n'ᵖ / lr + 2 · l2 + beta / lr
/// w = (min(max(l, -l1), l1) - l) / q
/// n = n'
/// ```
///
/// Each step computes the weight anew from the sum `l`; the initial weight counts only in the first step. With `l1`, a
/// weight is exactly zero as long as `l` is between `-l1` and `l1`: for sparse models. If `n'` and all penalties are
/// zero (an `initial_accumulator_value` of 0, before the first gradient), the weight is 0 / 0, which is NaN, as in
/// Keras.
///
/// `Ftrl { learning_rate: 1.5, initial_accumulator_value: 0.0, l1_regularization_strength: 0.3, .. }`: after a leap,
/// the steps shrink as Adagrad's do. The sum of `y` is soon small, so `y` stays at exactly 0:
///
/// ```text
///       S
///
///
///
///
///                            b   c  d  e f g h ijk lnoprtvz  +
///                       a
/// ```
///
/// Source: <https://keras.io/api/optimizers/ftrl/>; McMahan et al., *Ad Click Prediction: a View from the Trenches*,
/// KDD 2013.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ftrl {
    /// `lr`; Keras's default is 0.001.
    pub learning_rate: f64,
    /// The power by which the rate falls with the sum of squares; at most 0. Keras's default is -0.5, a root.
    pub learning_rate_power: f64,
    /// The initial value of `n`; at least 0. Keras's default is 0.1.
    pub initial_accumulator_value: f64,
    /// `l1`, at least 0; Keras's default is 0.
    pub l1_regularization_strength: f64,
    /// `l2`, at least 0; Keras's default is 0.
    pub l2_regularization_strength: f64,
    /// `shrinkage`, an L2 penalty on the gradient alone, at least 0; Keras's default is 0.
    pub l2_shrinkage_regularization_strength: f64,
    /// `beta`, the β of the paper; Keras's default is 0.
    pub beta: f64,
}

impl Ftrl {
    /// Keras's defaults.
    pub const DEFAULT: Self = Ftrl {
        learning_rate: 0.001,
        learning_rate_power: -0.5,
        initial_accumulator_value: 0.1,
        l1_regularization_strength: 0.0,
        l2_regularization_strength: 0.0,
        l2_shrinkage_regularization_strength: 0.0,
        beta: 0.0,
    };
}

impl Optimizer for Ftrl {
    fn name(&self) -> &'static str {
        "ftrl"
    }

    fn slots(&self) -> &'static [&'static str] {
        &["accumulator", "linear"]
    }

    fn initial(&self, slot: usize) -> f64 {
        if slot == 0 { self.initial_accumulator_value } else { 0.0 }
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.learning_rate
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("learning_rate", self.learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("learning_rate_power", self.learning_rate_power, Allowed::NOT_POSITIVE));
        // With a power, an accumulator of 0 gives 0 / 0 before the first gradient, unless there is a penalty.
        let divides = self.l2_regularization_strength > 0.0 || self.beta > 0.0 || self.learning_rate_power == 0.0;
        let start = if divides { Allowed::NOT_NEGATIVE } else { Allowed::POSITIVE };
        visit(Setting::new("initial_accumulator_value", self.initial_accumulator_value, start));
        visit(Setting::new("l1_regularization_strength", self.l1_regularization_strength, Allowed::NOT_NEGATIVE));
        visit(Setting::new("l2_regularization_strength", self.l2_regularization_strength, Allowed::NOT_NEGATIVE));
        let shrinkage = self.l2_shrinkage_regularization_strength;
        visit(Setting::new("l2_shrinkage_regularization_strength", shrinkage, Allowed::NOT_NEGATIVE));
        visit(Setting::new("beta", self.beta, Allowed::NOT_NEGATIVE));
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, _: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        let (lr, p) = (T::of(learning_rate), T::of(-self.learning_rate_power));
        let shrinkage = T::of(2.0 * self.l2_shrinkage_regularization_strength);
        let penalty = T::of(2.0 * self.l2_regularization_strength + self.beta / learning_rate);
        let l1 = T::of(self.l1_regularization_strength);
        let [n, l, ..] = slots else { return };
        if lr == T::ZERO {
            // The code below divides by it. As with the other optimizers, the weights stay.
            return;
        }
        for (((w, &g), n), l) in w.iter_mut().zip(g).zip(n.iter_mut()).zip(l.iter_mut()) {
            let (before, sum) = (n.powf(p), *n + g * g);
            let after = sum.powf(p);
            *l += g + shrinkage * *w - (after - before) / lr * *w;
            let q = after / lr + penalty;
            // Not `clamp`, which panics if a bound is NaN.
            let bounded = if *l > l1 {
                l1
            } else if *l < -l1 {
                -l1
            } else {
                *l
            };
            *w = (bounded - *l) / q;
            *n = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    /// `keras.optimizers.Ftrl(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        let ftrl = Ftrl { learning_rate: 0.125, ..Ftrl::default() };
        like_keras(
            &ftrl,
            [
                [0.359833240509, -1.27779436111, 0.0302460249513],
                [0.311177074909, -1.38849616051, 0.0302460249513],
                [0.41635286808, -1.41551733017, -0.00677578151226],
            ],
        );
        // learning_rate_power=-0.75, initial_accumulator_value=0.25, beta=0.5
        like_keras(
            &Ftrl { learning_rate_power: -0.75, initial_accumulator_value: 0.25, beta: 0.5, ..ftrl },
            [
                [0.163118556142, -0.910871565342, 0.00103997450788],
                [0.135933294892, -0.973870456219, 0.00103997450788],
                [0.201807960868, -0.989146232605, -0.0156973842531],
            ],
        );
        // l1_regularization_strength=0.5, l2_regularization_strength=0.25, l2_shrinkage_regularization_strength=0.125
        like_keras(
            &Ftrl {
                l1_regularization_strength: 0.5,
                l2_regularization_strength: 0.25,
                l2_shrinkage_regularization_strength: 0.125,
                ..ftrl
            },
            [
                [0.182126238942, -1.09345126152, 0.0],
                [0.129709303379, -1.18644845486, 0.0],
                [0.226390272379, -1.19715094566, 0.0],
            ],
        );
    }

    #[test]
    fn a_small_sum_is_exactly_zero() {
        let ftrl = Ftrl { l1_regularization_strength: 10.0, ..Ftrl::default() };
        let (mut w, mut n, mut l) = ([0.5_f32, -0.5], [0.1; 2], [0.0; 2]);
        ftrl.step(0, 0.001, &mut w, &[0.01, -0.02], &mut [&mut n, &mut l]);
        assert_eq!(w, [0.0; 2]);
    }

    #[test]
    fn drawing() {
        let (initial_accumulator_value, l1_regularization_strength) = (0.0, 0.3);
        let ftrl =
            Ftrl { learning_rate: 1.5, initial_accumulator_value, l1_regularization_strength, ..Ftrl::default() };
        page_shows(include_str!("ftrl.rs"), &way(&ftrl));
    }
}
