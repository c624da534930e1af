//! Adamax: Adam with the largest recent gradient in place of the root mean square.

use super::Optimizer;
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;
use nalgebra::ComplexField;

/// Momentum divided by a maximum that fades.
///
/// ```text
/// m += (g - m) · (1 - β₁)
/// u = max(β₂ · u, |g|)
/// w -= lr · m / ((1 - β₁ᵗ) · (u + ε))      t = 1, 2, ..
/// ```
///
/// No step is longer than about `lr`, because the momentum is never above the largest gradient. `u` forgets a large
/// gradient at its own pace, however small the next gradients are.
///
/// `Adamax { learning_rate: 0.5, .. }` moves both weights by `lr` a step at first, however different their slopes:
///
/// ```text
///       S
///
///
///          a
///                                     l mn o pq rs
///             b                   j k              tuvwx     +
///                c           h i                        yz
///                  d  e f  g
/// ```
///
/// Source: <https://keras.io/api/optimizers/adamax/>; Kingma and Ba, *Adam*, ICLR 2015, section 7.1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adamax {
    /// `lr`; Keras's default is 0.001.
    pub learning_rate: f64,
    /// `β₁`, the inertia of the momentum; Keras's default is 0.9.
    pub beta_1: f64,
    /// `β₂`, the inertia of the maximum; Keras's default is 0.999.
    pub beta_2: f64,
    /// `ε`; Keras's default is 1e-7.
    pub epsilon: f64,
}

impl Adamax {
    /// Keras's defaults.
    pub const DEFAULT: Self = Adamax { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
}

impl Optimizer for Adamax {
    fn name(&self) -> &'static str {
        "adamax"
    }

    fn slots(&self) -> &'static [&'static str] {
        &["momentum", "norm"]
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
        // In f64, as for Adam.
        let power = ComplexField::powf(self.beta_1, (step + 1) as f64);
        let alpha = T::of(learning_rate / (1.0 - power));
        let (rest, beta_2, epsilon) = (T::of(1.0 - self.beta_1), T::of(self.beta_2), T::of(self.epsilon));
        let [m, u, ..] = slots else { return };
        for (((w, &g), m), u) in w.iter_mut().zip(g).zip(m.iter_mut()).zip(u.iter_mut()) {
            *m += (g - *m) * rest;
            let (faded, new) = (beta_2 * *u, g.abs());
            *u = if new > faded { new } else { faded };
            *w -= alpha * *m / (*u + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    /// `keras.optimizers.Adamax(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        let adamax = Adamax { learning_rate: 0.125, ..Adamax::default() };
        like_keras(
            &adamax,
            [
                [0.875000059605, -1.875, 0.375000059605],
                [0.782802641392, -1.9111841917, 0.315730303526],
                [0.799869060516, -1.9455820322, 0.255184948444],
            ],
        );
        // beta_1=0.75, beta_2=0.25, epsilon=0.01
        like_keras(
            &Adamax { beta_1: 0.75, beta_2: 0.25, epsilon: 0.01, ..adamax },
            [
                [0.877451002598, -1.87623763084, 0.379807680845],
                [0.705747723579, -1.92065834999, 0.195078611374],
                [0.734179615974, -2.07301664352, 0.0887222662568],
            ],
        );
    }

    #[test]
    fn drawing() {
        page_shows(include_str!("adamax.rs"), &way(&Adamax { learning_rate: 0.5, ..Adamax::default() }));
    }
}
