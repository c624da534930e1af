//! Inverse time decay: the rate falls as `1 / t`.

use super::{Schedule, periods, stairs};
use crate::spec::settings::{Allowed, Setting};

/// The rate is divided by a number that grows evenly.
///
/// ```text
/// lr = initial_learning_rate / (1 + decay_rate · step / decay_steps)     with staircase, ⌊step / decay_steps⌋
/// ```
///
/// `InverseTimeDecay::new(1.0, 10, 1.0)`:
///
/// ```text
///     1 |o
///       | oo
///       |   oo
///       |     ooo
///       |        ooooo
///       |             oooooooooo
///       |                       ooooooooooooooooooooo
///       |                                            ooooooooooooooooo
///     0 |
/// ```
///
/// Source: <https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseTimeDecay {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The number of steps in which the divisor grows by `decay_rate`.
    pub decay_steps: u64,
    /// The growth of the divisor; 0 keeps the rate.
    pub decay_rate: f64,
    /// Whether the divisor grows only once in `decay_steps`; off by default.
    pub staircase: bool,
}

impl InverseTimeDecay {
    /// Creates a smooth decay.
    pub const fn new(initial_learning_rate: f64, decay_steps: u64, decay_rate: f64) -> Self {
        InverseTimeDecay { initial_learning_rate, decay_steps, decay_rate, staircase: false }
    }
}

impl Schedule for InverseTimeDecay {
    fn learning_rate(&self, step: u64) -> f64 {
        let p = stairs(periods(step, self.decay_steps), self.staircase);
        self.initial_learning_rate / (1.0 + self.decay_rate * p)
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("initial_learning_rate", self.initial_learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("decay_rate", self.decay_rate, Allowed::NOT_NEGATIVE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::schedules::checks::{drawn, like_keras};

    #[test]
    fn as_in_keras() {
        let decay = InverseTimeDecay::new(0.5, 4, 0.75);
        like_keras(
            &decay,
            &[
                0.5, 0.42105263, 0.36363637, 0.31999999, 0.2857143, 0.25806451, 0.23529412, 0.21621622, 0.2,
                0.18604651, 0.17391305, 0.1632653, 0.15384616, 0.14545454,
            ],
        );
        let staircase = InverseTimeDecay { staircase: true, ..decay };
        like_keras(
            &staircase,
            &[
                0.5, 0.5, 0.5, 0.5, 0.2857143, 0.2857143, 0.2857143, 0.2857143, 0.2, 0.2, 0.2, 0.2, 0.15384616,
                0.15384616,
            ],
        );
    }

    #[test]
    fn drawing() {
        drawn(include_str!("inverse_time_decay.rs"), &InverseTimeDecay::new(1.0, 10, 1.0), 1.0);
    }
}
