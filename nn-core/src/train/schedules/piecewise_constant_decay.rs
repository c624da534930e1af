//! Piecewise constant decay: one rate for each stretch of steps.

use super::Schedule;
use crate::spec::settings::{Allowed, Setting};

/// A table: one rate up to each boundary, and one for the rest.
///
/// ```text
/// lr = values[0]       step ≤ boundaries[0]
///      values[1]       boundaries[0] < step ≤ boundaries[1]
///      …
///      values[B]       boundaries[B - 1] < step
/// ```
///
/// `PiecewiseConstantDecay::new([20, 40], [1.0, 0.5, 0.1])`:
///
/// ```text
///     1 |ooooooooooooooooooooo
///       |
///       |
///       |
///       |                     oooooooooooooooooooo
///       |
///       |
///       |                                         oooooooooooooooooooo
///     0 |
/// ```
///
/// There must be one rate more than boundaries; other numbers do not compile:
///
/// ```compile_fail
/// # use nn_core::schedules::*;
/// PiecewiseConstantDecay::new([20, 40], [1.0, 0.5]).learning_rate(0);
/// ```
///
/// Source: <https://keras.io/api/optimizers/learning_rate_schedules/piecewise_constant_decay/>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PiecewiseConstantDecay<const B: usize, const V: usize> {
    boundaries: [u64; B],
    values: [f64; V],
}

impl<const B: usize, const V: usize> PiecewiseConstantDecay<B, V> {
    /// Creates the table from the last steps of all stretches but the last, in rising order, and the rates.
    pub const fn new(boundaries: [u64; B], values: [f64; V]) -> Self {
        const { assert!(V == B + 1, "there must be one value more than there are boundaries") }
        PiecewiseConstantDecay { boundaries, values }
    }
}

impl<const B: usize, const V: usize> Schedule for PiecewiseConstantDecay<B, V> {
    fn learning_rate(&self, step: u64) -> f64 {
        let stretch = self.boundaries.iter().position(|&boundary| step <= boundary);
        self.values[stretch.unwrap_or(B)]
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        for pair in self.boundaries.windows(2) {
            visit(Setting::new("boundaries", pair[1] as f64, Allowed::above(pair[0] as f64)));
        }
        for value in self.values {
            visit(Setting::new("values", value, Allowed::NOT_NEGATIVE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::schedules::checks::{drawn, like_keras};

    #[test]
    fn as_in_keras() {
        let decay = PiecewiseConstantDecay::new([0, 3, 7], [0.5, 1.0, 0.25, 0.125]);
        like_keras(&decay, &[0.5, 1.0, 1.0, 1.0, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125]);
        assert_eq!(PiecewiseConstantDecay::new([], [0.5]).learning_rate(9), 0.5);
    }

    #[test]
    fn drawing() {
        let decay = PiecewiseConstantDecay::new([20, 40], [1.0, 0.5, 0.1]);
        drawn(include_str!("piecewise_constant_decay.rs"), &decay, 1.0);
    }
}
