//! Cosine decay with restarts: half a cosine, repeated.

use super::cosine_decay::half_cosine;
use super::{Schedule, periods};
use crate::spec::settings::{Allowed, Setting};
use nalgebra::ComplexField;

/// Half a cosine down, then back to the top: warm restarts, each `t_mul` times as long as the one before.
///
/// ```text
/// c = step / first_decay_steps
/// period i, from 0, begins at c = (1 - t_mulⁱ) / (1 - t_mul), is t_mulⁱ long, and p of it, from 0 to 1, is over
/// lr = initial_learning_rate · ((1 - alpha) · m_mulⁱ · ½ · (1 + cos(π · p)) + alpha)
/// ```
///
/// `CosineDecayRestarts { m_mul: 0.8, ..CosineDecayRestarts::new(1.0, 9) }`:
///
/// ```text
///     1 |oo
///       |  o
///       |   o     ooooo
///       |    o         oo           ooooooooo
///       |                oo                  ooooo
///       |     o            oo                     ooooo
///       |      o             oo                        oooo
///       |       o              oo                          oooooo
///     0 |        o               ooo                             ooooo
/// ```
///
/// Keras finds `i` by a logarithm in `f32`, whose rounding can put a restart one step late; here it is exact. With
/// `t_mul` below 1, all periods together end at `c = 1 / (1 - t_mul)`. From there on the rate is
/// `alpha · initial_learning_rate`; Keras has NaN.
///
/// Source: <https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/>; Loshchilov and Hutter,
/// *SGDR*, ICLR 2017.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecayRestarts {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The length of the first period.
    pub first_decay_steps: u64,
    /// The factor by which each period is longer than the one before; Keras's default is 2.
    pub t_mul: f64,
    /// The factor by which each period starts higher than the one before; Keras's default is 1.
    pub m_mul: f64,
    /// The final rate of each period as a part of the initial rate; Keras's default is 0.
    pub alpha: f64,
}

impl CosineDecayRestarts {
    /// Creates periods that double in length, each from the same rate to 0.
    pub const fn new(initial_learning_rate: f64, first_decay_steps: u64) -> Self {
        CosineDecayRestarts { initial_learning_rate, first_decay_steps, t_mul: 2.0, m_mul: 1.0, alpha: 0.0 }
    }

    /// Returns the number of the period of `c`, and the finished part of it. After the last period, the number is
    /// infinite.
    fn period(&self, c: f64) -> (f64, f64) {
        let t = self.t_mul;
        if t == 1.0 {
            let i = ComplexField::floor(c);
            return (i, c - i);
        }
        let inside = 1.0 - c * (1.0 - t);
        if inside <= 0.0 {
            return (f64::INFINITY, 1.0);
        }
        let part = |i: f64| {
            let length = ComplexField::powf(t, i);
            (c - (1.0 - length) / (1.0 - t)) / length
        };
        let i = ComplexField::floor(ComplexField::ln(inside) / ComplexField::ln(t));
        // The logarithm of a restart can be rounded down; then the period before it is finished.
        if part(i) < 1.0 - 1e-9 { (i, part(i)) } else { (i + 1.0, part(i + 1.0)) }
    }
}

impl Schedule for CosineDecayRestarts {
    fn learning_rate(&self, step: u64) -> f64 {
        let (i, p) = self.period(periods(step, self.first_decay_steps));
        let height = if i.is_finite() { ComplexField::powf(self.m_mul, i) * half_cosine(p) } else { 0.0 };
        self.initial_learning_rate * ((1.0 - self.alpha) * height + self.alpha)
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("initial_learning_rate", self.initial_learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("t_mul", self.t_mul, Allowed::POSITIVE));
        visit(Setting::new("m_mul", self.m_mul, Allowed::POSITIVE));
        visit(Setting::new("alpha", self.alpha, Allowed::PART));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::schedules::checks::{drawn, like_keras};

    #[test]
    fn as_in_keras() {
        let decay = CosineDecayRestarts::new(0.5, 2);
        like_keras(
            &decay,
            &[
                0.5,
                0.24999999,
                0.5,
                0.42677671,
                0.24999999,
                0.073223308,
                0.5,
                0.48096988,
                0.42677671,
                0.34567085,
                0.24999999,
                0.15432912,
                0.073223308,
                0.019030094,
            ],
        );
        let other = CosineDecayRestarts { t_mul: 1.5, m_mul: 0.75, alpha: 0.25, ..decay };
        like_keras(
            &other,
            &[
                0.5, 0.3125, 0.40625, 0.3359375, 0.19531249, 0.3359375, 0.31126249, 0.2487832, 0.17773438, 0.13136053,
                0.28107095, 0.26469687, 0.23543209, 0.19950221,
            ],
        );
        let even = CosineDecayRestarts { t_mul: 1.0, m_mul: 0.75, ..decay };
        like_keras(
            &even,
            &[
                0.5,
                0.24999999,
                0.375,
                0.18749999,
                0.28125,
                0.14062499,
                0.2109375,
                0.10546874,
                0.15820312,
                0.079101555,
                0.11865234,
                0.059326168,
                0.088989258,
                0.044494625,
            ],
        );
    }

    #[test]
    fn restarts_come_in_time() {
        for t in 2..=10_u64 {
            let decay = CosineDecayRestarts { t_mul: t as f64, ..CosineDecayRestarts::new(0.5, 10) };
            let (mut start, mut length) = (0, 10);
            while start < 10_000_000 {
                assert_eq!(decay.learning_rate(start), 0.5, "t_mul = {t}, step {start}");
                assert!(start == 0 || decay.learning_rate(start - 1) < 0.02, "t_mul = {t}, step {}", start - 1);
                start += length;
                length *= t;
            }
        }
    }

    #[test]
    fn shorter_and_shorter() {
        let decay = CosineDecayRestarts { t_mul: 0.5, alpha: 0.5, ..CosineDecayRestarts::new(1.0, 8) };
        assert_eq!([0, 8, 12, 16, 1000].map(|step| decay.learning_rate(step)), [1.0, 1.0, 1.0, 0.5, 0.5]);
    }

    #[test]
    fn drawing() {
        let decay = CosineDecayRestarts { m_mul: 0.8, ..CosineDecayRestarts::new(1.0, 9) };
        drawn(include_str!("cosine_decay_restarts.rs"), &decay, 1.0);
    }
}
