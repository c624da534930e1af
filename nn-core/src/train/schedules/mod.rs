//! The learning rate schedules, one page each: formula, picture, tests.
//!
//! A schedule returns the learning rate of every step. It replaces the optimizer's `learning_rate`:
//!
//! ```
//! use nn_core::optimizers::{Optimizer, Sgd};
//! use nn_core::schedules::ExponentialDecay;
//!
//! let optimizer = Sgd::default().schedule(ExponentialDecay::new(0.1, 1000, 0.5));
//! assert_eq!(optimizer.learning_rate(0), 0.1);
//! assert_eq!(optimizer.learning_rate(2000), 0.025);
//! ```
//!
//! Names, defaults and formulas are those of Keras 3: `new` takes the arguments that Keras requires, and the other
//! fields have its defaults. The rates are computed in `f64`; Keras computes them in `f32`. The code beside the
//! pictures draws them: the learning rate over the steps 0 to 60.

use crate::spec::settings::Setting;

/// The list of schedules: the only place besides its own page that a new schedule changes.
macro_rules! schedules {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        pub use self::{$($module::*),*};
    };
}

schedules! {
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    piecewise_constant_decay,
    polynomial_decay,
}

#[cfg(test)]
mod checks;

/// A learning rate for every step; for [`Optimizer::schedule`](crate::train::optimizers::Optimizer::schedule).
///
/// A closure is a schedule: `|step: u64| 0.1 / (1.0 + step as f64)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a learning rate schedule",
    note = "for example `ExponentialDecay::new(0.1, 1000, 0.9)`, or a closure `|step: u64| -> f64`",
    note = "explained in nn::errors::nn0505"
)]
pub trait Schedule {
    /// Returns the learning rate of a step, counted from 0.
    fn learning_rate(&self, step: u64) -> f64;

    /// Calls `visit` with every numeric setting. A closure has no settings: its rates are checked at every step.
    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        let _ = visit;
    }
}

#[diagnostic::do_not_recommend]
impl<F: Fn(u64) -> f64> Schedule for F {
    fn learning_rate(&self, step: u64) -> f64 {
        self(step)
    }
}

/// Returns how often `steps` have passed. Keras refuses to decay over 0 steps; here 0 means 1.
fn periods(step: u64, steps: u64) -> f64 {
    step as f64 / steps.max(1) as f64
}

/// Returns `x`, or with `staircase` the integer below it.
fn stairs(x: f64, staircase: bool) -> f64 {
    if staircase { nalgebra::ComplexField::floor(x) } else { x }
}
