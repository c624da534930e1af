//! Cosine decay: the rate falls along half a cosine, after an optional warm-up.

use super::{Schedule, periods};
use crate::spec::settings::{Allowed, Setting};
use nalgebra::ComplexField;

/// A straight warm-up, then half a cosine down.
///
/// ```text
/// with a warmup_target, while step < warmup_steps:
///     lr = initial_learning_rate + (warmup_target - initial_learning_rate) · step / warmup_steps
/// then, with s = step - warmup_steps and top = warmup_target; without one, s = step and top = initial_learning_rate:
///     p = min(s / decay_steps, 1)
///     lr = top · ((1 - alpha) · ½ · (1 + cos(π · p)) + alpha)
/// ```
///
/// As in Keras, `warmup_steps` count only with a `warmup_target`, and `decay_steps` begin after the warm-up.
///
/// `CosineDecay { alpha: 0.1, warmup_target: Some(1.0), warmup_steps: 12, ..CosineDecay::new(0.2, 40) }`:
///
/// ```text
///     1 |            ooooooo
///       |          oo       oooooo
///       |        oo               oooo
///       |      oo                     ooo
///       |    oo                          oooo
///       |  oo                                oooo
///       |oo                                      oooo
///       |                                            ooooooooooooooooo
///     0 |
/// ```
///
/// Source: <https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/>; Loshchilov and Hutter, *SGDR*, ICLR
/// 2017.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecay {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The number of steps in which the rate falls.
    pub decay_steps: u64,
    /// The final rate as a part of the rate before the fall; Keras's default is 0.
    pub alpha: f64,
    /// The rate at the end of the warm-up; none by default.
    pub warmup_target: Option<f64>,
    /// The number of steps of the warm-up; Keras's default is 0.
    pub warmup_steps: u64,
}

impl CosineDecay {
    /// Creates a decay to 0, without a warm-up.
    pub const fn new(initial_learning_rate: f64, decay_steps: u64) -> Self {
        CosineDecay { initial_learning_rate, decay_steps, alpha: 0.0, warmup_target: None, warmup_steps: 0 }
    }
}

impl Schedule for CosineDecay {
    fn learning_rate(&self, step: u64) -> f64 {
        let initial = self.initial_learning_rate;
        let (top, step) = match self.warmup_target {
            None => (initial, step),
            Some(target) if step < self.warmup_steps => {
                return initial + (target - initial) * periods(step, self.warmup_steps);
            }
            Some(target) => (target, step - self.warmup_steps),
        };
        let p = periods(step, self.decay_steps).min(1.0);
        top * ((1.0 - self.alpha) * half_cosine(p) + self.alpha)
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("initial_learning_rate", self.initial_learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("alpha", self.alpha, Allowed::PART));
        if let Some(target) = self.warmup_target {
            visit(Setting::new("warmup_target", target, Allowed::NOT_NEGATIVE));
        }
    }
}

/// Returns `½ · (1 + cos(π · p))`, which falls from 1 to 0.
pub(super) fn half_cosine(p: f64) -> f64 {
    0.5 * (1.0 + ComplexField::cos(core::f64::consts::PI * p))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::schedules::checks::{drawn, like_keras};

    #[test]
    fn as_in_keras() {
        let decay = CosineDecay::new(0.5, 6);
        like_keras(
            &decay,
            &[0.5, 0.46650636, 0.375, 0.24999999, 0.12499999, 0.033493653, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        );
        // Warm-up steps without a target do not count.
        let alpha = CosineDecay { alpha: 0.25, warmup_steps: 3, ..decay };
        like_keras(
            &alpha,
            &[
                0.5, 0.47487977, 0.40625, 0.3125, 0.21874999, 0.15012024, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125,
                0.125, 0.125,
            ],
        );
        let warm_up = CosineDecay { warmup_target: Some(0.75), ..alpha };
        like_keras(
            &warm_up,
            &[
                0.5, 0.58333331, 0.66666669, 0.75, 0.71231967, 0.609375, 0.46875, 0.32812497, 0.22518036, 0.1875,
                0.1875, 0.1875, 0.1875, 0.1875,
            ],
        );
        let no_steps = CosineDecay { warmup_steps: 0, ..warm_up };
        like_keras(
            &no_steps,
            &[
                0.75, 0.71231967, 0.609375, 0.46875, 0.32812497, 0.22518036, 0.1875, 0.1875, 0.1875, 0.1875, 0.1875,
                0.1875, 0.1875, 0.1875,
            ],
        );
    }

    #[test]
    fn drawing() {
        let decay = CosineDecay { alpha: 0.1, warmup_target: Some(1.0), warmup_steps: 12, ..CosineDecay::new(0.2, 40) };
        drawn(include_str!("cosine_decay.rs"), &decay, 1.0);
    }
}
