//! RMSprop: divides gradients by a running root mean square of themselves.

use super::{MAX_SLOTS, Optimizer, ZeroGradient};
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;

/// Gradients divided by a running root mean square, with momentum, centered or not.
///
/// ```text
/// v = ρ · v + (1 - ρ) · g²
/// a = ρ · a + (1 - ρ) · g                 if centered
/// d = lr · g / √(v + ε)                   or, if centered, lr · g / √(v - a² + ε)
///
/// plain:     w -= d
/// momentum:  m = μ · m + d
///            w -= m
/// ```
///
/// `RmsProp { learning_rate: 0.35, .. }` begins with steps of `lr / √(1 - ρ)` in both directions. The steps do not
/// shrink with the gradient, so the path hovers around the minimum instead of ending there:
///
/// ```text
///       S
///
///
///                                                   t
///                  b                              r   v x
///                     c   d e  f g h i jk l mno pq      yz   +
///                                                      w
///             a                                    s u
/// ```
///
/// As in Keras 3, `ε` is inside the root (Keras 2 had it outside). Source: <https://keras.io/api/optimizers/rmsprop/>
#[doc(alias = "RMSprop")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    /// `lr`; Keras's default is 0.001.
    pub learning_rate: f64,
    /// `ρ`, the inertia of the means; Keras's default is 0.9.
    pub rho: f64,
    /// `μ`, from 0 to 1; 0 by default: no momentum.
    pub momentum: f64,
    /// `ε`; Keras's default is 1e-7.
    pub epsilon: f64,
    /// Whether to divide by the variance instead of the mean square.
    pub centered: bool,
}

impl RmsProp {
    /// Keras's defaults.
    pub const DEFAULT: Self = RmsProp { learning_rate: 0.001, rho: 0.9, momentum: 0.0, epsilon: 1e-7, centered: false };
}

impl Optimizer for RmsProp {
    fn name(&self) -> &'static str {
        "rmsprop"
    }

    fn slots(&self) -> &'static [&'static str] {
        match (self.momentum > 0.0, self.centered) {
            (false, false) => &["velocity"],
            (true, false) => &["velocity", "momentum"],
            (false, true) => &["velocity", "average_gradient"],
            (true, true) => &["velocity", "momentum", "average_gradient"],
        }
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.learning_rate
    }

    fn zero_gradient(&self) -> ZeroGradient {
        // v = ρ · v, a = ρ · a, w -= lr · 0 / √(v + ε). Without ε, that is 0 / 0 before the first gradient.
        let exact = self.momentum <= 0.0 && self.epsilon > 0.0;
        if exact { ZeroGradient::Decays([self.rho; MAX_SLOTS]) } else { ZeroGradient::Moves }
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("learning_rate", self.learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("rho", self.rho, Allowed::BELOW_ONE));
        visit(Setting::new("momentum", self.momentum, Allowed::PART));
        visit(Setting::new("epsilon", self.epsilon, Allowed::POSITIVE));
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, _: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        let (lr, mu, epsilon) = (T::of(learning_rate), T::of(self.momentum), T::of(self.epsilon));
        let (rho, rest) = (T::of(self.rho), T::of(1.0 - self.rho));
        match slots {
            [v] => {
                for ((w, &g), v) in w.iter_mut().zip(g).zip(v.iter_mut()) {
                    *v = rho * *v + rest * (g * g);
                    *w -= lr * g / (*v + epsilon).sqrt();
                }
            }
            [v, a] if self.centered => {
                for (((w, &g), v), a) in w.iter_mut().zip(g).zip(v.iter_mut()).zip(a.iter_mut()) {
                    *v = rho * *v + rest * (g * g);
                    *a = rho * *a + rest * g;
                    *w -= lr * g / (*v - *a * *a + epsilon).sqrt();
                }
            }
            [v, m] => {
                for (((w, &g), v), m) in w.iter_mut().zip(g).zip(v.iter_mut()).zip(m.iter_mut()) {
                    *v = rho * *v + rest * (g * g);
                    *m = mu * *m + lr * g / (*v + epsilon).sqrt();
                    *w -= *m;
                }
            }
            [v, m, a, ..] => {
                for ((((w, &g), v), m), a) in w.iter_mut().zip(g).zip(v.iter_mut()).zip(m.iter_mut()).zip(a.iter_mut())
                {
                    *v = rho * *v + rest * (g * g);
                    *a = rho * *a + rest * g;
                    *m = mu * *m + lr * g / (*v - *a * *a + epsilon).sqrt();
                    *w -= *m;
                }
            }
            [] => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    const RMS: RmsProp = RmsProp { learning_rate: 0.125, rho: 0.9, momentum: 0.0, epsilon: 1e-7, centered: false };

    /// `keras.optimizers.RMSprop(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        like_keras(
            &RMS,
            [
                [0.604716083046, -1.60471549012, 0.104718454719],
                [0.420413958378, -1.96185831082, 0.104718454719],
                [0.772736231032, -2.05341435339, -0.0872473204991],
            ],
        );
        // rho=0.75, epsilon=0.01
        like_keras(
            &RmsProp { rho: 0.75, epsilon: 0.01, ..RMS },
            [
                [0.767880827279, -1.75485483108, 0.304782797639],
                [0.651821240918, -1.98331066227, 0.304782797639],
                [0.877468082121, -2.04699588753, 0.201065320934],
            ],
        );
        // momentum=0.75
        like_keras(
            &RmsProp { momentum: 0.75, ..RMS },
            [
                [0.604716083046, -1.60471549012, 0.104718454719],
                [0.123951020662, -1.66539492841, -0.191742704242],
                [0.115699496529, -1.8024605497, -0.606054348681],
            ],
        );
        // centered=True
        like_keras(
            &RmsProp { centered: true, ..RMS },
            [
                [0.583334259256, -1.58333356481, 0.0833370369877],
                [0.380983462147, -1.94496939081, 0.0833370369877],
                [0.735237409533, -2.0387875287, -0.126351300235],
            ],
        );
        // momentum=0.75, centered=True
        like_keras(
            &RmsProp { momentum: 0.75, centered: true, ..RMS },
            [
                [0.583334259256, -1.58333356481, 0.0833370369877],
                [0.0684841565889, -1.63246956443, -0.229160185272],
                [0.0366005269752, -1.76313970202, -0.673221439189],
            ],
        );
    }

    #[test]
    fn defaults() {
        assert_eq!(RmsProp::default(), RmsProp { learning_rate: 0.001, ..RMS });
    }

    #[test]
    fn drawing() {
        page_shows(include_str!("rms_prop.rs"), &way(&RmsProp { learning_rate: 0.35, ..RmsProp::default() }));
    }
}
