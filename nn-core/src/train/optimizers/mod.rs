//! The optimizers, one page each: formula, defaults, state, step over a flat slice. The parts around every step are
//! here too: clipping, weight decay, a moving average of the weights, a schedule.
//!
//! Names, defaults and formulas are those of Keras 3. The code beside the pictures draws them. All pictures show the
//! path of two weights `x` and `y` from `S` to the minimum `+` of the same long valley, `½ · x² / 25 + ½ · y²`, with a
//! letter for every step: `a` is the first, `z` the 26th.
//!
//! # Order of a step
//! The order is Keras's; [`Optimizer::update`] takes the parts 2 to 4:
//! 1. [`Clipping`] of the gradients,
//! 2. decoupled weight decay, `w -= w · weight_decay · lr`,
//! 3. the [`step`](Optimizer::step) of the optimizer, at the rate of its field or of a [schedule](crate::schedules),
//! 4. the moving average of the weights, [`Ema`],
//! 5. constraints of the model's variables.
//!
//! With [`gradient_accumulation_steps`](Optimizer::gradient_accumulation_steps), only every n-th batch has the parts 1
//! to 3; the others add to the gradient.
//!
//! # Settings
//! A senseless setting is an error before the first step ([`Optimizer::check`]): NaN, infinity (also as the model's
//! scalar), or a number outside its range. Rates and decays are not negative; a learning rate of 0 leaves the weights
//! as they are. `beta`s and `rho`s are below 1, because 1 never moves the mean. `epsilon` is above 0, because a weight
//! without a gradient so far would be divided by 0. The rate of a schedule or a callback is checked at every step.
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
//! Methods on any optimizer set the options and wrap it in a [`With`] or a [`Scheduled`]:
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

/// The list of optimizers: the only place besides its own page that a new optimizer changes. A page has the defaults.
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

/// The maximum number of slots of an optimizer.
pub const MAX_SLOTS: usize = 3;

/// An optimizer: the rule by which weights follow their gradients.
///
/// The value holds only hyperparameters. The trainer keeps the state: a number of steps and [`slots`](Self::slots),
/// each as long as the weights (a velocity, a mean of squares).
///
/// An optimizer of your own implements its name, its slots, its learning rate and its [`step`](Self::step); the rest
/// is provided.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimizer",
    label = "expected an optimizer, then the losses",
    note = "for example `Adam::default()`, or with a learning rate `Adam::new(0.01)`; a name in quotes is none",
    note = "explained in nn::errors::nn0504"
)]
pub trait Optimizer {
    /// Returns Keras's name: `rmsprop`.
    fn name(&self) -> &'static str;

    /// Returns the names of the slots, at most [`MAX_SLOTS`]. Each name is one slot.
    fn slots(&self) -> &'static [&'static str];

    /// Returns the initial value of slot `slot`.
    fn initial(&self, slot: usize) -> f64 {
        let _ = slot;
        0.0
    }

    /// Returns the learning rate of a step; `step` counts from 0.
    fn learning_rate(&self, step: u64) -> f64;

    /// Takes one step over a run of weights with their gradients and the same run of every slot. `step` counts from 0.
    ///
    /// The trainer passes the learning rate: usually [`learning_rate(step)`](Self::learning_rate), unless a callback
    /// has set another one.
    fn step<T: Scalar>(&self, step: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]);

    /// Returns the exact effect of a step if the gradient is 0. The default is [`ZeroGradient::Moves`].
    fn zero_gradient(&self) -> ZeroGradient {
        ZeroGradient::Moves
    }

    /// Calls `visit` with every numeric setting of its own; [`check`](Self::check) checks them.
    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        let _ = visit;
    }

    /// Checks all settings, including its [`options`](Self::options). `fit` calls it before it trains.
    ///
    /// ```
    /// use nn_core::optimizers::{Adam, Optimizer};
    ///
    /// let error = Adam { beta_1: 1.5, ..Adam::default() }.clipnorm(1.0).check::<f32>().unwrap_err();
    /// assert_eq!(error.to_string(), "beta_1: expected a number from 0 to below 1, got 1.5");
    /// ```
    ///
    /// # Errors
    /// The first setting that is NaN, infinite (also as `T`) or outside its range.
    #[inline]
    fn check<T: Scalar>(&self) -> Result<(), OutOfRange> {
        settings::check::<T>(|visit| {
            self.settings(visit);
            self.options().settings(visit);
        })
    }

    /// Returns the options around the step: none, unless the optimizer is in a [`With`].
    fn options(&self) -> OptimizerOptions {
        OptimizerOptions::default()
    }

    /// Returns the names of all state for each weight: the slots and, with [`ema`](Self::ema), `average`.
    fn state(&self) -> impl Iterator<Item = &'static str> {
        self.slots().iter().copied().chain(self.options().ema.map(|_| "average"))
    }

    /// Updates a run of weights, once their gradients are [clipped](Clipping): weight decay, [`step`](Self::step),
    /// moving average.
    ///
    /// The argument `state` holds the same run of each entry of [`state`](Self::state). A missing average is skipped.
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

    /// Skips the rows of tables that a batch does not touch: their weights, slots, weight decay and average.
    ///
    /// Keras differs: there, an optimizer with momentum moves every row in every step, even after its gradient is
    /// gone. With a large table that costs more than everything else. Here a skipped row continues later where it was,
    /// as if the steps between had not happened, except that Adam's corrections use the number of the step. Other
    /// libraries call this LazyAdam or SparseAdam. An optimizer that is exact by rows does not need it: see
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

    /// Sets Keras's `clipnorm`: [`Clipping::Norm`], which replaces any other clipping.
    fn clipnorm(self, norm: f64) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).clipnorm(norm)
    }

    /// Sets Keras's `clipvalue`: [`Clipping::Value`], which replaces any other clipping.
    fn clipvalue(self, value: f64) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).clipvalue(value)
    }

    /// Sets Keras's `global_clipnorm`: [`Clipping::GlobalNorm`], which replaces any other clipping.
    fn global_clipnorm(self, norm: f64) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).global_clipnorm(norm)
    }

    /// Sets Keras's `use_ema`: keeps a moving average of the weights. At the end of `fit`, the weights become the
    /// average.
    fn ema(self, ema: Ema) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).ema(ema)
    }

    /// Sets Keras's `gradient_accumulation_steps`: the optimizer takes a step after this number of batches, with the
    /// mean of their gradients. So small batches train as a large one, with the memory of a small one.
    ///
    /// As in Keras, the number must be at least 2 (0 stands for a step with each batch), the batches in between move
    /// the average of [`ema`](Self::ema) and apply constraints, and a schedule counts batches. `fit` does not take a
    /// step for the batches that are left at its end; the next `fit` continues with them.
    ///
    /// ```text
    /// g = 1/n · Σ gₖ        over the last n batches; then clipping, weight decay and the step
    /// ```
    ///
    /// ```
    /// use nn_core::optimizers::{Adam, Optimizer};
    ///
    /// let optimizer = Adam::default().gradient_accumulation_steps(4).clipnorm(1.0);
    /// assert_eq!(optimizer.options().gradient_accumulation_steps, 4);
    /// ```
    fn gradient_accumulation_steps(self, batches: u32) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).gradient_accumulation_steps(batches)
    }

    /// Sets the learning rate of every step, as Keras's `learning_rate=schedule`. The optimizer's own field no longer
    /// counts.
    fn schedule<S: Schedule>(self, schedule: S) -> Scheduled<Self, S>
    where
        Self: Sized,
    {
        Scheduled::new(self, schedule)
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
