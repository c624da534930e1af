//! The optimizers, one page each: formula, defaults, state, step over a flat slice.

use crate::scalar::Scalar;

/// The list of optimizers: the only place besides its own page that a new one touches.
macro_rules! optimizers {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        pub use self::{$($module::*),*};
    };
}

optimizers! {
    adagrad,
    adam,
    rms_prop,
    sgd,
}

#[cfg(test)]
mod checks;

/// The most slots that an optimizer keeps.
pub const MAX_SLOTS: usize = 3;

/// An optimizer: how weights follow their gradients.
///
/// An optimizer is its hyperparameters. What it remembers is kept by the trainer: a number of steps and
/// [`slots`](Self::slots), each as long as the weights (a velocity, a mean of squares).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimizer",
    note = "for example `RmsProp::default()`, `Adam::default()`, or `Sgd::default()`"
)]
pub trait Optimizer {
    /// Keras's name: `rmsprop`.
    fn name(&self) -> &'static str;

    /// The names of the slots; their number is how many are kept.
    fn slots(&self) -> &'static [&'static str];

    /// What slot `slot` starts with.
    fn initial(&self, slot: usize) -> f64 {
        let _ = slot;
        0.0
    }

    /// The learning rate of a step; `step` counts from 0.
    fn learning_rate(&self, step: u64) -> f64;

    /// One step over a run of weights with their gradients and the same run of every slot. `step` counts from 0.
    fn step<T: Scalar>(&self, step: u64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]);
}
