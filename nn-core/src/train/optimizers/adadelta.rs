//! Adadelta: steps as long as the recent ones, independent of the size of the gradients.

use super::{MAX_SLOTS, Optimizer, ZeroGradient};
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;

/// Steps that follow the root mean square of earlier steps.
///
/// ```text
/// a = ρ · a + (1 - ρ) · g²
/// d = g · √(b + ε) / √(a + ε)
/// b = ρ · b + (1 - ρ) · d²
/// w -= lr · d
/// ```
///
/// `b` starts at 0, so the first steps are about `√ε`; they grow from there. The paper has no learning rate, which
/// means `lr = 1`. With Keras's default the steps are a thousand times smaller.
///
/// `Adadelta { learning_rate: 2.0, rho: 0.8, epsilon: 0.01 }` begins with the same step in both directions; along the
/// valley, where the slope hardly changes, the steps stay long:
///
/// ```text
///       S
///
///
///         a
///           b
///              c d e f  g h ij k l mn op qr stuvwxyz         +
/// ```
///
/// Source: <https://keras.io/api/optimizers/adadelta/>; Zeiler, *ADADELTA: An Adaptive Learning Rate Method*,
/// arXiv:1212.5701 (2012).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adadelta {
    /// `lr`; Keras's default is 0.001.
    pub learning_rate: f64,
    /// `ρ`, the inertia of the means; Keras's default is 0.95.
    pub rho: f64,
    /// `ε`; Keras's default is 1e-7.
    pub epsilon: f64,
}

impl Adadelta {
    /// Keras's defaults.
    pub const DEFAULT: Self = Adadelta { learning_rate: 0.001, rho: 0.95, epsilon: 1e-7 };
}

impl Optimizer for Adadelta {
    fn name(&self) -> &'static str {
        "adadelta"
    }

    fn slots(&self) -> &'static [&'static str] {
        &["accumulated_grad", "accumulated_delta_var"]
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.learning_rate
    }

    fn zero_gradient(&self) -> ZeroGradient {
        // a = ρ · a, d = 0, b = ρ · b, w -= lr · 0. Without ε, d is 0 / 0 before the first gradient.
        if self.epsilon > 0.0 { ZeroGradient::Decays([self.rho; MAX_SLOTS]) } else { ZeroGradient::Moves }
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("learning_rate", self.learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("rho", self.rho, Allowed::BELOW_ONE));
        visit(Setting::new("epsilon", self.epsilon, Allowed::POSITIVE));
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, _: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        let (lr, epsilon) = (T::of(learning_rate), T::of(self.epsilon));
        let (rho, rest) = (T::of(self.rho), T::of(1.0 - self.rho));
        let [a, b, ..] = slots else { return };
        for (((w, &g), a), b) in w.iter_mut().zip(g).zip(a.iter_mut()).zip(b.iter_mut()) {
            *a = rho * *a + rest * (g * g);
            let d = g * (*b + epsilon).sqrt() / (*a + epsilon).sqrt();
            *b = rho * *b + rest * (d * d);
            *w -= lr * d;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    /// `keras.optimizers.Adadelta(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        let adadelta = Adadelta { learning_rate: 0.125, ..Adadelta::default() };
        like_keras(
            &adadelta,
            [
                [0.999823212624, -1.99982321262, 0.499823212624],
                [0.999709129333, -2.00004792213, 0.499823212624],
                [0.999949038029, -2.00012302399, 0.499708235264],
            ],
        );
        // rho=0.5, epsilon=0.25
        like_keras(
            &Adadelta { rho: 0.5, epsilon: 0.25, ..adadelta },
            [
                [0.948968946934, -1.92783117294, 0.470537215471],
                [0.918196082115, -2.02989315987, 0.470537215471],
                [0.997651278973, -2.07155990601, 0.454963356256],
            ],
        );
    }

    #[test]
    fn drawing() {
        page_shows(include_str!("adadelta.rs"), &way(&Adadelta { learning_rate: 2.0, rho: 0.8, epsilon: 0.01 }));
    }
}
