//! The optimizers, one page each: formula, defaults, state, step over a flat slice; and what surrounds every step:
//! clipping, weight decay, a moving average of the weights, a schedule.
//!
//! Names, defaults and formulas are those of Keras 3. The pictures on the pages are drawn by the code beside them. All
//! show the way of two weights `x` and `y` from `S` to the minimum `+` of the same long valley, `½ · x² / 25 + ½ · y²`,
//! with a letter for every step: `a` is the first, `z` the last of 26.
//!
//! # What happens in a step
//! In Keras's order, which is that of [`Optimizer::update`]:
//! 1. [`Clipping`] of the gradients,
//! 2. decoupled weight decay, `w -= w · weight_decay · lr`,
//! 3. the [`step`](Optimizer::step) of the optimizer, at the rate of its field or of a [schedule](crate::schedules),
//! 4. the moving average of the weights, [`Ema`],
//! 5. constraints of the model's variables.
//!
//! # Settings
//! A setting that makes no sense is an error before the first step: [`Optimizer::check`]. That is NaN, infinity (also
//! as the model's scalar), or a number outside of its range. Rates and decays are not negative; a learning rate of 0
//! leaves the weights as they are. `beta`s and `rho`s are below 1, since 1 never moves the mean. `epsilon` is above 0,
//! since a weight that has no gradient yet would be divided by 0. The rate of a schedule or a callback is checked at
//! every step.
//!
//! `new` takes the learning rate; every other setting is a field:
//!
//! ```
//! use nn_core::optimizers::{Optimizer, Sgd};
//!
//! let sgd = Sgd { momentum: 0.9, ..Sgd::new(0.1) };
//! assert_eq!((sgd.learning_rate(0), Sgd::default().learning_rate(0)), (0.1, 0.01));
//! ```
//!
//! The options are set by methods on any optimizer, which wrap it in a [`With`] or a [`Scheduled`]:
//!
//! ```
//! use nn_core::optimizers::*;
//! use nn_core::schedules::CosineDecay;
//!
//! let optimizer = Adam::default()
//!     .weight_decay(0.004)
//!     .clipnorm(1.0)
//!     .ema(Ema::default())
//!     .schedule(CosineDecay::new(0.001, 10_000));
//! assert_eq!(optimizer.options().clipping, Clipping::Norm(1.0));
//! assert_eq!(optimizer.learning_rate(10_000), 0.0);
//! ```

use crate::spec::settings::{self, OutOfRange, Setting};
use crate::tensor::scalar::Scalar;
use crate::train::schedules::Schedule;

/// The list of optimizers: the only place besides its own page that a new one touches. A page has the defaults.
macro_rules! optimizers {
    ($($module:ident: $name:ident),* $(,)?) => {
        $(
            mod $module;
            pub use self::$module::*;

            impl $name {
                /// This optimizer with a learning rate, and Keras's defaults for everything else.
                pub const fn new(learning_rate: f64) -> Self {
                    $name { learning_rate, ..Self::DEFAULT }
                }
            }

            impl Default for $name {
                fn default() -> Self {
                    Self::DEFAULT
                }
            }
        )*

        /// Calls `visit` with every optimizer, its `new(rate)` and its `default()`.
        #[cfg(test)]
        fn each_new(rate: f64, visit: &mut dyn FnMut(&str, [f64; 2])) {
            $({
                const NEW: $name = $name::new(0.5);
                assert_eq!(NEW, $name { learning_rate: 0.5, ..$name::default() });
                let (new, default) = ($name::new(rate), $name::default());
                assert_eq!($name { learning_rate: default.learning_rate, ..new }, default);
                visit(new.name(), [new.learning_rate(0), default.learning_rate(0)]);
            })*
        }
    };
}

optimizers! {
    adadelta: Adadelta,
    adagrad: Adagrad,
    adam: Adam,
    adam_w: AdamW,
    adamax: Adamax,
    ftrl: Ftrl,
    lion: Lion,
    nadam: Nadam,
    rms_prop: RmsProp,
    sgd: Sgd,
}

#[cfg(test)]
pub(crate) mod checks;
mod clipping;
mod ema;
mod with;
mod zero_gradient;

pub use clipping::Clipping;
pub use ema::Ema;
pub use with::{OptimizerOptions, Scheduled, With};
pub use zero_gradient::ZeroGradient;

/// The most slots that an optimizer keeps.
pub const MAX_SLOTS: usize = 3;

/// An optimizer: how weights follow their gradients.
///
/// An optimizer is its hyperparameters. What it remembers is kept by the trainer: a number of steps and
/// [`slots`](Self::slots), each as long as the weights (a velocity, a mean of squares).
///
/// One of your own says its name, its slots, its learning rate and its [`step`](Self::step); everything else is
/// provided.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimizer",
    label = "expected an optimizer, then the losses",
    note = "for example `Adam::default()`, or with a learning rate `Adam::new(0.01)`; a name in quotes is none",
    note = "explained in nn::errors::nn0504"
)]
pub trait Optimizer {
    /// Keras's name: `rmsprop`.
    fn name(&self) -> &'static str;

    /// The names of the slots; their number, at most [`MAX_SLOTS`], is how many are kept.
    fn slots(&self) -> &'static [&'static str];

    /// What slot `slot` starts with.
    fn initial(&self, slot: usize) -> f64 {
        let _ = slot;
        0.0
    }

    /// The learning rate of a step; `step` counts from 0.
    fn learning_rate(&self, step: u64) -> f64;

    /// One step over a run of weights with their gradients and the same run of every slot. `step` counts from 0.
    ///
    /// The trainer hands in the learning rate: usually [`learning_rate(step)`](Self::learning_rate), unless a callback
    /// has set another one.
    fn step<T: Scalar>(&self, step: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]);

    /// What a step does where the gradient is 0: [`ZeroGradient::Moves`], unless it says otherwise. It must be exact.
    fn zero_gradient(&self) -> ZeroGradient {
        ZeroGradient::Moves
    }

    /// Calls `visit` with every setting of its own that is a number: those that [`check`](Self::check) checks.
    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        let _ = visit;
    }

    /// Checks all settings, with those of its [`options`](Self::options). `fit` does it before it trains.
    ///
    /// ```
    /// use nn_core::optimizers::{Adam, Optimizer};
    ///
    /// let error = Adam { beta_1: 1.5, ..Adam::default() }.clipnorm(1.0).check::<f32>().unwrap_err();
    /// assert_eq!(error.to_string(), "beta_1: expected a number from 0 to below 1, got 1.5");
    /// ```
    ///
    /// # Errors
    /// The first setting that is NaN, infinite (also as `T`) or outside of its range.
    #[inline]
    fn check<T: Scalar>(&self) -> Result<(), OutOfRange> {
        settings::check::<T>(|visit| {
            self.settings(visit);
            self.options().settings(visit);
        })
    }

    /// What surrounds the step: nothing, unless the optimizer is in a [`With`].
    fn options(&self) -> OptimizerOptions {
        OptimizerOptions::default()
    }

    /// The names of everything that is kept for each weight: the slots and, with [`ema`](Self::ema), `average`.
    fn state(&self) -> impl Iterator<Item = &'static str> {
        self.slots().iter().copied().chain(self.options().ema.map(|_| "average"))
    }

    /// What happens to a run of weights, once its gradients are [clipped](Clipping): weight decay,
    /// [`step`](Self::step), moving average.
    ///
    /// `state` has the same run of everything in [`state`](Self::state). A missing average is left out.
    #[inline(always)]
    fn update<T: Scalar>(&self, step: u64, learning_rate: f64, w: &mut [T], g: &[T], state: &mut [&mut [T]]) {
        let OptimizerOptions { weight_decay, ema, .. } = self.options();
        if weight_decay != 0.0 {
            let (decay, rate) = (T::of(weight_decay), T::of(learning_rate));
            for w in w.iter_mut() {
                *w -= *w * decay * rate;
            }
        }
        let (slots, average) = state.split_at_mut(self.slots().len().min(state.len()));
        self.step(step, learning_rate, w, g, slots);
        if let (Some(ema), [average, ..]) = (ema, average) {
            ema.update(step, w, average);
        }
    }

    /// Leaves the rows of tables alone that a batch does not name: their weights, slots, weight decay and average.
    ///
    /// This is not what Keras does. There an optimizer with momentum moves every row in every step, also after its
    /// gradient is gone, and with a large table that costs more than everything else. Here a row goes on where it was
    /// when it comes again, as if the steps between had not been, but for the number of the step in Adam's corrections.
    /// Other libraries have it as LazyAdam or SparseAdam. An optimizer that is exact by rows needs it not: see
    /// [`ZeroGradient`].
    ///
    /// ```
    /// use nn_core::optimizers::{Adam, ZeroGradient, Optimizer};
    ///
    /// assert_eq!(Adam::default().zero_gradient(), ZeroGradient::Moves);
    /// assert_eq!(Adam::default().lazy().zero_gradient(), ZeroGradient::Stays);
    /// ```
    fn lazy(self) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).lazy()
    }

    /// Sets Keras's `weight_decay`: before each step, every weight loses the part `weight_decay · lr` of itself.
    fn weight_decay(self, weight_decay: f64) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).weight_decay(weight_decay)
    }

    /// Sets Keras's `clipnorm`: [`Clipping::Norm`], in place of any other clipping.
    fn clipnorm(self, norm: f64) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).clipnorm(norm)
    }

    /// Sets Keras's `clipvalue`: [`Clipping::Value`], in place of any other clipping.
    fn clipvalue(self, value: f64) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).clipvalue(value)
    }

    /// Sets Keras's `global_clipnorm`: [`Clipping::GlobalNorm`], in place of any other clipping.
    fn global_clipnorm(self, norm: f64) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).global_clipnorm(norm)
    }

    /// Keras's `use_ema`: keeps a moving average of the weights, which they become at the end of `fit`.
    fn ema(self, ema: Ema) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).ema(ema)
    }

    /// Sets the learning rate of every step; Keras's `learning_rate=schedule`. The field no longer counts.
    fn schedule<S: Schedule>(self, schedule: S) -> Scheduled<Self, S>
    where
        Self: Sized,
    {
        Scheduled { optimizer: self, schedule }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_optimizer_has_new_and_default() {
        let mut names = std::vec::Vec::new();
        each_new(0.25, &mut |name, [new, default]| {
            assert_eq!((new, default), (0.25, if name == "sgd" { 0.01 } else { 0.001 }), "{name}");
            names.push(std::string::String::from(name));
        });
        assert_eq!((names.len(), names[0].as_str()), (10, "adadelta"));
    }
}
