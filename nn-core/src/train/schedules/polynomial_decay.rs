//! Polynomial decay: the rate falls to an end, along a line or a curve.

use super::{Schedule, periods};
use crate::spec::settings::{Allowed, Setting};
use nalgebra::ComplexField;

/// The rate falls from one value to another in `decay_steps`, then stays there or starts again.
///
/// ```text
/// p = min(step / decay_steps, 1)
///     step / (decay_steps · ⌈step / decay_steps⌉)                   with cycle; 0 in step 0
/// lr = (initial_learning_rate - end_learning_rate) · (1 - p)^power + end_learning_rate
/// ```
///
/// `PolynomialDecay { power: 2.0, end_learning_rate: 0.1, ..PolynomialDecay::new(1.0, 40) }`:
///
/// ```text
///     1 |oo
///       |  ooo
///       |     ooo
///       |        oooo
///       |            oooo
///       |                ooooo
///       |                     ooooooo
///       |                            ooooooooooooooooooooooooooooooooo
///     0 |
/// ```
///
/// With `cycle`, `PolynomialDecay { cycle: true, ..PolynomialDecay::new(1.0, 20) }`, each cycle is longer than the one
/// before and starts lower:
///
/// ```text
///     1 |oo
///       |  oo
///       |    ooo
///       |       oo
///       |         ooo         oo
///       |            oo         ooooo             o
///       |              ooo           ooooo         ooooooo
///       |                 oo              ooooo           oooooooo
///     0 |                   oo                 ooo                oooo
/// ```
///
/// Source: <https://keras.io/api/optimizers/learning_rate_schedules/polynomial_decay/>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolynomialDecay {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The number of steps in which the rate falls.
    pub decay_steps: u64,
    /// The final rate; Keras's default is 0.0001.
    pub end_learning_rate: f64,
    /// The power: 1 by default, a straight line.
    pub power: f64,
    /// Whether the fall starts again, over a multiple of `decay_steps`; off by default.
    pub cycle: bool,
}

impl PolynomialDecay {
    /// Creates a straight line to 0.0001.
    pub const fn new(initial_learning_rate: f64, decay_steps: u64) -> Self {
        PolynomialDecay { initial_learning_rate, decay_steps, end_learning_rate: 0.0001, power: 1.0, cycle: false }
    }
}

impl Schedule for PolynomialDecay {
    fn learning_rate(&self, step: u64) -> f64 {
        let periods = periods(step, self.decay_steps);
        let p = match (self.cycle, step) {
            (false, _) => periods.min(1.0),
            (true, 0) => 0.0,
            (true, _) => periods / ComplexField::ceil(periods),
        };
        let end = self.end_learning_rate;
        (self.initial_learning_rate - end) * ComplexField::powf(1.0 - p, self.power) + end
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("initial_learning_rate", self.initial_learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("end_learning_rate", self.end_learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("power", self.power, Allowed::POSITIVE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::schedules::checks::{drawn, like_keras};

    #[test]
    fn as_in_keras() {
        let decay = PolynomialDecay::new(0.5, 5);
        like_keras(
            &decay,
            &[
                0.5,
                0.40002,
                0.30004001,
                0.20006,
                0.10008,
                9.9999997e-05,
                9.9999997e-05,
                9.9999997e-05,
                9.9999997e-05,
                9.9999997e-05,
                9.9999997e-05,
                9.9999997e-05,
                9.9999997e-05,
                9.9999997e-05,
            ],
        );
        let root = PolynomialDecay { end_learning_rate: 0.25, power: 0.5, ..decay };
        like_keras(
            &root,
            &[0.5, 0.4736068, 0.44364917, 0.4081139, 0.36180341, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25],
        );
        like_keras(
            &PolynomialDecay { cycle: true, ..root },
            &[
                0.5, 0.4736068, 0.44364917, 0.4081139, 0.36180341, 0.25, 0.4081139, 0.38693064, 0.36180341, 0.32905695,
                0.25, 0.37909943, 0.36180341, 0.34128708,
            ],
        );
    }

    #[test]
    fn drawing() {
        let decay = PolynomialDecay { power: 2.0, end_learning_rate: 0.1, ..PolynomialDecay::new(1.0, 40) };
        drawn(include_str!("polynomial_decay.rs"), &decay, 1.0);
        let cycle = PolynomialDecay { cycle: true, ..PolynomialDecay::new(1.0, 20) };
        drawn(include_str!("polynomial_decay.rs"), &cycle, 1.0);
    }
}
