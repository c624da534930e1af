//! Exponential decay: the rate falls by the same factor in equal times.

use super::{Schedule, periods, stairs};
use crate::spec::settings::{Allowed, Setting};
use nalgebra::ComplexField;

/// The rate is multiplied by `decay_rate` over every `decay_steps`.
///
/// ```text
/// lr = initial_learning_rate · decay_rate^(step / decay_steps)       with staircase, of ⌊step / decay_steps⌋
/// ```
///
/// `ExponentialDecay::new(1.0, 10, 0.5)`:
///
/// ```text
///     1 |o
///       | oo
///       |   ooo
///       |      ooo
///       |         ooo
///       |            ooooo
///       |                 oooooooo
///       |                         oooooooooooooooo
///     0 |                                         oooooooooooooooooooo
/// ```
///
/// Source: <https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialDecay {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The number of steps in which the rate falls by the factor `decay_rate`.
    pub decay_steps: u64,
    /// The factor, above 0; above 1 the rate grows.
    pub decay_rate: f64,
    /// Whether the rate falls only once in `decay_steps`; off by default.
    pub staircase: bool,
}

impl ExponentialDecay {
    /// Creates a smooth decay.
    pub const fn new(initial_learning_rate: f64, decay_steps: u64, decay_rate: f64) -> Self {
        ExponentialDecay { initial_learning_rate, decay_steps, decay_rate, staircase: false }
    }
}

impl Schedule for ExponentialDecay {
    fn learning_rate(&self, step: u64) -> f64 {
        let p = stairs(periods(step, self.decay_steps), self.staircase);
        self.initial_learning_rate * ComplexField::powf(self.decay_rate, p)
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("initial_learning_rate", self.initial_learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("decay_rate", self.decay_rate, Allowed::POSITIVE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::schedules::checks::{drawn, like_keras};

    #[test]
    fn as_in_keras() {
        let decay = ExponentialDecay::new(0.5, 4, 0.75);
        like_keras(
            &decay,
            &[
                0.5, 0.46530244, 0.43301269, 0.40296373, 0.375, 0.34897682, 0.32475951, 0.30222279, 0.28125,
                0.26173261, 0.24356964, 0.22666709, 0.2109375, 0.19629946,
            ],
        );
        let staircase = ExponentialDecay { staircase: true, ..decay };
        like_keras(
            &staircase,
            &[0.5, 0.5, 0.5, 0.5, 0.375, 0.375, 0.375, 0.375, 0.28125, 0.28125, 0.28125, 0.28125, 0.2109375, 0.2109375],
        );
    }

    #[test]
    fn drawing() {
        drawn(include_str!("exponential_decay.rs"), &ExponentialDecay::new(1.0, 10, 0.5), 1.0);
    }
}
