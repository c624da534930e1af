//! Adagrad: each weight has its own learning rate, which falls with the sum of its squared gradients.

use super::{Optimizer, ZeroGradient};
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;

/// Learning rates that fall with the sum of squared gradients.
///
/// ```text
/// a += g²                       a starts at initial_accumulator_value
/// w -= lr · g / √(a + ε)
/// ```
///
/// `Adagrad { learning_rate: 1.5, .. }` moves as fast along the valley as across it, but ever more slowly:
///
/// ```text
///       S
///
///
///                  b
///
///                          d  e f g h i jk lmnopqrsuvxz      +
///                      c
///
///
///              a
/// ```
///
/// As in Keras 3, `ε` is inside the root. Source: <https://keras.io/api/optimizers/adagrad/>; Duchi et al., *Adaptive
/// Subgradient Methods*, JMLR 12 (2011).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adagrad {
    /// `lr`; Keras's default is 0.001.
    pub learning_rate: f64,
    /// The initial value of `a`; Keras's default is 0.1.
    pub initial_accumulator_value: f64,
    /// `ε`; Keras's default is 1e-7.
    pub epsilon: f64,
}

impl Adagrad {
    /// Keras's defaults.
    pub const DEFAULT: Self = Adagrad { learning_rate: 0.001, initial_accumulator_value: 0.1, epsilon: 1e-7 };
}

impl Optimizer for Adagrad {
    fn name(&self) -> &'static str {
        "adagrad"
    }

    fn slots(&self) -> &'static [&'static str] {
        &["accumulator"]
    }

    fn initial(&self, _: usize) -> f64 {
        self.initial_accumulator_value
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.learning_rate
    }

    fn zero_gradient(&self) -> ZeroGradient {
        // a += 0², w -= lr · 0 / √(a + ε). That is 0 / 0 if a starts at 0 and there is no ε.
        if self.initial_accumulator_value + self.epsilon > 0.0 { ZeroGradient::Stays } else { ZeroGradient::Moves }
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("learning_rate", self.learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("initial_accumulator_value", self.initial_accumulator_value, Allowed::NOT_NEGATIVE));
        // One of the two prevents 0 / 0 before the first gradient.
        let epsilon = if self.initial_accumulator_value > 0.0 { Allowed::NOT_NEGATIVE } else { Allowed::POSITIVE };
        visit(Setting::new("epsilon", self.epsilon, epsilon));
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, _: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        let (lr, epsilon) = (T::of(learning_rate), T::of(self.epsilon));
        let [a, ..] = slots else { return };
        for ((w, &g), a) in w.iter_mut().zip(g).zip(a.iter_mut()) {
            *a += g * g;
            *w -= lr * g / (*a + epsilon).sqrt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    /// `keras.optimizers.Adagrad(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        like_keras(
            &Adagrad { learning_rate: 0.125, ..Adagrad::default() },
            [
                [0.894355733476, -1.88081718184, 0.42247831509],
                [0.845699555451, -1.99151904143, 0.42247831509],
                [0.950875342151, -2.0185401475, 0.385456520777],
            ],
        );
        // initial_accumulator_value=0.25, epsilon=0.01
        like_keras(
            &Adagrad { learning_rate: 0.125, initial_accumulator_value: 0.25, epsilon: 0.01 },
            [
                [0.912482494748, -1.8886411492, 0.444971818355],
                [0.87118133222, -1.99764632925, 0.444971818355],
                [0.970862860073, -2.02427222443, 0.41810096958],
            ],
        );
    }

    #[test]
    fn drawing() {
        let adagrad = Adagrad { learning_rate: 1.5, ..Adagrad::default() };
        page_shows(include_str!("adagrad.rs"), &way(&adagrad));
    }
}
