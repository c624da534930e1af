//! Adam: momentum, divided by a running root mean square of the gradients, both corrected for their start at zero.

use super::Optimizer;
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;
use nalgebra::ComplexField;

/// Momentum divided by a running root mean square; with `amsgrad`, by the largest one so far.
///
/// ```text
/// m += (g - m) · (1 - β₁)
/// v += (g² - v) · (1 - β₂)
/// v̂ = max(v̂, v)                           if amsgrad, else v̂ = v
/// α = lr · √(1 - β₂ᵗ) / (1 - β₁ᵗ)          t = 1, 2, ..
/// w -= m · α / (√v̂ + ε)
/// ```
///
/// `Adam { learning_rate: 0.5, .. }` makes steps of about `lr` in both directions. Its momentum carries it past the
/// minimum:
///
/// ```text
///       S
///
///
///          a                         j k  l
///                              h  i         m                   wxyz
///                                              n o           +v
///             b             g                      p  q rs t
///                        f
///                c  d  e
/// ```
///
/// As in Keras, the corrections are in `α`, so `ε` is the paper's "epsilon hat". Source:
/// <https://keras.io/api/optimizers/adam/>; Kingma and Ba, *Adam*, ICLR 2015; Reddi et al., *On the Convergence of
/// Adam and Beyond*, ICLR 2018.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// `lr`; Keras's default is 0.001.
    pub learning_rate: f64,
    /// `β₁`, the inertia of the momentum; Keras's default is 0.9.
    pub beta_1: f64,
    /// `β₂`, the inertia of the mean square; Keras's default is 0.999.
    pub beta_2: f64,
    /// `ε`; Keras's default is 1e-7.
    pub epsilon: f64,
    /// Whether to divide by the largest mean square so far.
    pub amsgrad: bool,
}

impl Adam {
    /// Keras's defaults.
    pub const DEFAULT: Self = Adam { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, amsgrad: false };
}

impl Optimizer for Adam {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn slots(&self) -> &'static [&'static str] {
        if self.amsgrad { &["momentum", "velocity", "velocity_hat"] } else { &["momentum", "velocity"] }
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
        // In f64, because 1 - β₂ᵗ loses most digits of an f32 in the first steps.
        let t = (step + 1) as f64;
        let (power_1, power_2) = (ComplexField::powf(self.beta_1, t), ComplexField::powf(self.beta_2, t));
        let alpha = T::of(learning_rate * ComplexField::sqrt(1.0 - power_2) / (1.0 - power_1));
        let (rest_1, rest_2) = (T::of(1.0 - self.beta_1), T::of(1.0 - self.beta_2));
        let epsilon = T::of(self.epsilon);
        match slots {
            [m, v] => {
                for (((w, &g), m), v) in w.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
                    *m += (g - *m) * rest_1;
                    *v += (g * g - *v) * rest_2;
                    *w -= *m * alpha / (v.sqrt() + epsilon);
                }
            }
            [m, v, hat, ..] => {
                let slots = m.iter_mut().zip(v.iter_mut()).zip(hat.iter_mut());
                for ((w, &g), ((m, v), hat)) in w.iter_mut().zip(g).zip(slots) {
                    *m += (g - *m) * rest_1;
                    *v += (g * g - *v) * rest_2;
                    *hat = if *v > *hat { *v } else { *hat };
                    *w -= *m * alpha / (hat.sqrt() + epsilon);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    /// `keras.optimizers.Adam(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        let adam = Adam { learning_rate: 0.125, ..Adam::default() };
        like_keras(
            &adam,
            [
                [0.875001625027, -1.87500122975, 0.375002415576],
                [0.758480605618, -1.92076380112, 0.291246751594],
                [0.784274991406, -1.97271978413, 0.197611325329],
            ],
        );
        // beta_1=0.75, beta_2=0.5, epsilon=0.01
        like_keras(
            &Adam { beta_1: 0.75, beta_2: 0.5, epsilon: 0.01, ..adam },
            [
                [0.878438284534, -1.87674311558, 0.38169248376],
                [0.75616271969, -1.92795086178, 0.29577726513],
                [0.792001549863, -1.99238528806, 0.196290003533],
            ],
        );
        // beta_1=0.75, beta_2=0.5, amsgrad=True
        like_keras(
            &Adam { beta_1: 0.75, beta_2: 0.5, amsgrad: true, ..adam },
            [
                [0.875000035355, -1.87500001768, 0.375000070711],
                [0.765647845625, -1.92654914542, 0.30938877543],
                [0.801971300323, -1.97500529078, 0.233412851706],
            ],
        );
    }

    #[test]
    fn drawing() {
        page_shows(include_str!("adam.rs"), &way(&Adam { learning_rate: 0.5, ..Adam::default() }));
    }
}
