//! The losses, one page each: formula, value, gradient, tests.
//!
//! A loss implements [`LossOn`] for the samples that it can judge. [`Losses`] spreads losses over the outputs of a
//! model: one loss for all outputs, a tuple, or the named struct that `model!` writes. `()` stands for no loss, and
//! for the targets of such an output.
//!
//! | output | target | loss |
//! |---|---|---|
//! | numbers | numbers | [`MeanSquaredError`], [`MeanAbsoluteError`], [`Huber`], [`LogCosh`] |
//! | positive numbers | positive numbers | [`MeanAbsolutePercentageError`], [`MeanSquaredLogarithmicError`] |
//! | expected counts | counts | [`Poisson`] |
//! | a probability: `sigmoid` | 0 or 1 | [`BinaryCrossentropy`], [`BinaryFocalCrossentropy`] |
//! | probabilities of classes: `softmax` | the class, `u32` | [`SparseCategoricalCrossentropy`] |
//! | probabilities of classes: `softmax` | probabilities | [`CategoricalCrossentropy`], [`CategoricalFocalCrossentropy`], [`KlDivergence`] |
//! | scores | -1 or 1 | [`Hinge`], [`SquaredHinge`] |
//! | a score for each class | 0 or 1 for each class | [`CategoricalHinge`] |
//! | a direction | a direction | [`CosineSimilarity`] |
//!
//! The formulas of the pages cover one position: a vector of features. The loss of a sample (a sequence, an image) is
//! the mean over its positions. If the output of a model has a mask, the loss of a batch is the mean over the
//! positions that count:
//!
//! ```text
//! L = 1/N · Σ w · 1/P · Σ l             N samples with the weights w, P positions each
//! L = 1/N · 1/P · Σ w · l               with a weight for each position
//! L = Σ w · Σ m · l / Σ m               with the mask m; 0 if nothing counts
//! ```
//!
//! This equals Keras, except if a loss or a gradient is NaN at a position that does not count, or if the label of a
//! sample or position of weight 0 is missing (NaN, or no class): Keras multiplies it by 0, which is NaN.
//!
//! `new` makes a loss with Keras's defaults, and every setting is a field:
//!
//! ```
//! use nn_core::losses::{BinaryCrossentropy, Huber};
//!
//! assert_eq!(BinaryCrossentropy::new(), BinaryCrossentropy { from_logits: false, label_smoothing: 0.0 });
//! assert_eq!(Huber::new(0.5), Huber { delta: 0.5 });
//! ```
//!
//! # Accuracy
//! The error of losses and gradients of one position is at most 8 ε of their value (16 ε for the focal losses), over
//! all of `f32` and `f64`; ε is the distance from 1 to the next number. Even a loss that is nearly 0 has its digits,
//! also from logits with a leading class. There are exceptions. Poisson is a difference, and its error is relative to
//! its parts. The dense categorical losses of probabilities divide by the sum of these, and the focal one clips even
//! logits: for a loss below 1, their error is relative to 1. With `std`, the mean over the features of a position is
//! summed in `f64`.
//!
//! From logits, -∞ is an impossible class: it costs nothing if the target is another class, and infinitely much if it
//! is the target. (Keras's dense loss is NaN there.) A NaN prediction makes every loss NaN.
//!
//! # A loss of your own
//! A loss of your own is a type with a name, a value and a gradient. `nn::training_loops` has losses of a position, of
//! a sample, of a batch, and in the graph.
//!
//! ```
//! # use {nalgebra::SMatrix, nn_core as nn};
//! use nn::losses::{Loss, LossOn};
//! use nn::{Element, Scalar};
//!
//! /// Predicts a quantile: `1/n · Σ τ · (t - y)` if the prediction is too low, `1/n · Σ (1 - τ) · (y - t)` if too high.
//! #[derive(Clone, Copy, Debug)]
//! struct Pinball {
//!     tau: f64,
//! }
//!
//! impl Loss for Pinball {
//!     fn name(&self) -> &'static str {
//!         "pinball"
//!     }
//! }
//!
//! impl<T: Scalar + Element, const R: usize, const P: usize> LossOn<SMatrix<T, R, P>> for Pinball {
//!     type Target = SMatrix<T, R, P>;
//!
//!     fn loss(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>) -> T {
//!         let (low, high) = (T::of(self.tau), T::of(self.tau - 1.0));
//!         let pairs = target.iter().zip(prediction.iter());
//!         let sum: T = pairs.map(|(&t, &y)| if y < t { low * (t - y) } else { high * (t - y) }).sum();
//!         sum / T::of((R * P) as f64)
//!     }
//!
//!     fn gradient(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, gradient: &mut SMatrix<T, R, P>) {
//!         let (low, high) = (T::of(self.tau), T::of(self.tau - 1.0));
//!         for ((g, &t), &y) in gradient.iter_mut().zip(target.iter()).zip(prediction.iter()) {
//!             *g = -(if y < t { low } else { high }) / T::of((R * P) as f64);
//!         }
//!     }
//! }
//!
//! let (target, prediction) = (SMatrix::<f32, 2, 1>::new(1.0, 2.0), SMatrix::<f32, 2, 1>::new(0.0, 4.0));
//! assert_eq!(Pinball { tau: 0.75 }.loss(&target, &prediction), 0.625);
//! ```

mod about;
#[cfg(test)]
mod checks;
pub mod domain;
mod logits;
mod masked;
mod mean;
mod none;
mod outputs;
mod position;
mod weighting;

pub use about::About;
pub use none::NoTarget;
pub use outputs::{LogitMask, Losses};
pub(crate) use weighting::SampleWeight;
pub use weighting::{Weighting, counted};

use self::domain::Domain;
use crate::activations::Head;
use crate::spec::settings::Setting;
use crate::tensor::Sample;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Shareable;

/// The list of losses: the only place besides its own page that a new loss changes. `{ .. }` is a loss with settings,
/// whose page has the defaults; `{ delta }` is the argument of `new`.
macro_rules! losses {
    ($($module:ident: $name:ident $({ $($argument:tt)* })?),* $(,)?) => {
        $(
            mod $module;
            pub use self::$module::*;

            losses! { @new $name $({ $($argument)* })? }

            impl Default for $name {
                fn default() -> Self {
                    Self::DEFAULT
                }
            }
        )*

        /// Calls `visit` with the name of every loss.
        #[cfg(test)]
        fn each_new(visit: &mut dyn FnMut(&str)) {
            $({
                const NEW: $name = $name::DEFAULT;
                assert_eq!(std::format!("{:?}", losses! { @test $name $({ $($argument)* })? }), std::format!("{NEW:?}"));
                assert_eq!(std::format!("{:?}", $name::default()), std::format!("{NEW:?}"));
                visit(NEW.name());
            })*
        }
    };
    (@new $name:ident) => {
        impl $name {
            /// The loss, which has no settings.
            pub const DEFAULT: Self = $name;

            /// The loss, which has no settings: its name alone is the same.
            pub const fn new() -> Self {
                $name
            }
        }
    };
    (@new $name:ident { .. }) => {
        impl $name {
            /// The loss with Keras's defaults.
            pub const fn new() -> Self {
                Self::DEFAULT
            }
        }
    };
    (@new $name:ident { $argument:ident }) => {
        impl $name {
            #[doc = concat!("The loss with this `", stringify!($argument), "`.")]
            pub const fn new($argument: f64) -> Self {
                $name { $argument }
            }
        }
    };
    (@test $name:ident { $argument:ident }) => {
        $name::new($name::DEFAULT.$argument)
    };
    (@test $name:ident $($other:tt)*) => {
        $name::new()
    };
}

losses! {
    binary_crossentropy: BinaryCrossentropy { .. },
    binary_focal_crossentropy: BinaryFocalCrossentropy { .. },
    categorical_crossentropy: CategoricalCrossentropy { .. },
    categorical_focal_crossentropy: CategoricalFocalCrossentropy { .. },
    categorical_hinge: CategoricalHinge,
    cosine_similarity: CosineSimilarity,
    hinge: Hinge,
    huber: Huber { delta },
    kl_divergence: KlDivergence,
    log_cosh: LogCosh,
    mean_absolute_error: MeanAbsoluteError,
    mean_absolute_percentage_error: MeanAbsolutePercentageError,
    mean_squared_error: MeanSquaredError,
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
    poisson: Poisson,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy { .. },
    squared_hinge: SquaredHinge,
}

/// A loss. [`LossOn`] says which samples it can judge.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a loss",
    note = "one loss serves all outputs; for several outputs a tuple or the model's `…Outputs` struct gives each its own",
    note = "explained in nn::errors::nn0502"
)]
pub trait Loss: Shareable {
    /// Whether there is a loss at all: `false` only for `()`.
    const JUDGES: bool = true;

    /// Returns Keras's name: `mean_squared_error`.
    fn name(&self) -> &'static str;

    /// Returns whether predictions are logits, for a loss that takes probabilities or logits; `None` for any other
    /// loss. Only [lints](crate::lints) use it.
    fn takes_logits(&self) -> Option<bool> {
        None
    }

    /// Returns the activation that turns its logits into probabilities, for metrics, which do not know about logits.
    fn link(&self) -> Head {
        Head::Other
    }

    /// Returns the targets that the loss can judge; `fit` warns of others.
    fn domain(&self) -> Domain {
        Domain::Any
    }

    /// Calls `visit` with every numeric setting. `fit` checks them before it trains.
    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        let _ = visit;
    }
}

/// A loss that can judge predictions `P`.
///
/// All methods see one sample. The library takes the mean over the batch and applies the weights of samples and
/// outputs, so a loss is only its formula. If a sample has several positions (a sequence, an image), its loss is the
/// mean over its positions, as in Keras.
#[diagnostic::on_unimplemented(
    message = "the loss `{Self}` cannot judge an output of this type",
    note = "a loss of your own implements `nn::losses::Loss` and `nn::losses::LossOn<P>`",
    note = "explained in nn::errors::nn0502"
)]
pub trait LossOn<P: Sample>: Loss {
    /// The target of one sample.
    type Target: Sample;

    /// Returns the loss of one sample.
    fn loss(&self, target: &Self::Target, prediction: &P) -> P::Element;

    /// Overwrites `gradient` with the gradient of [`loss`](Self::loss) with respect to the prediction.
    fn gradient(&self, target: &Self::Target, prediction: &P, gradient: &mut P);

    /// Computes loss and gradient from the logits of an output that ends in `head`, if there is a stable formula. The
    /// gradient is with respect to the logits. Returns `None`, with `gradient` untouched, if there is no such formula;
    /// that must depend only on the loss and `head`.
    fn fused(&self, head: Head, target: &Self::Target, logits: &P, gradient: Option<&mut P>) -> Option<P::Element> {
        let (_, _, _, _) = (head, target, logits, gradient);
        None
    }

    /// Computes [`fused`](Self::fused) if the output is known as well: the loss may read values from it instead of
    /// computing them again. The result is the same up to rounding.
    fn fused_with(
        &self,
        head: Head,
        target: &Self::Target,
        prediction: &P,
        logits: &P,
        gradient: Option<&mut P>,
    ) -> Option<P::Element> {
        let _ = prediction;
        self.fused(head, target, logits, gradient)
    }

    /// Returns the *sum* of the losses of the positions that count, for an output with a mask. The mask has a number
    /// for each position; 0 masks it.
    ///
    /// Also returns whether the gradient is with respect to the logits, as in [`fused`](Self::fused). The gradient is
    /// zero at the masked positions.
    ///
    /// The default uses the loss of whole samples, which is the mean over positions. It fills the positions that do
    /// not count with a copy of one that does, and then subtracts the copies' part. A loss that is no such mean must
    /// implement masks here.
    fn masked(
        &self,
        target: &Self::Target,
        prediction: &P,
        logits: Option<(Head, &P)>,
        mask: &[u32],
        gradient: Option<&mut P>,
    ) -> (P::Element, bool)
    where
        P::Element: Scalar,
    {
        // Only the loss and the head decide whether there is a form for logits.
        if let Some((head, logits)) = logits
            && self.fused(head, target, logits, None).is_some()
        {
            let judge = |target: &Self::Target, logits: &P, gradient: Option<&mut P>| {
                self.fused(head, target, logits, gradient).unwrap_or(P::Element::ZERO)
            };
            return (masked::by_sample(target, logits, mask, gradient, judge), true);
        }
        let judge = |target: &Self::Target, prediction: &P, gradient: Option<&mut P>| {
            if let Some(gradient) = gradient {
                self.gradient(target, prediction, gradient);
            }
            self.loss(target, prediction)
        };
        (masked::by_sample(target, prediction, mask, gradient, judge), false)
    }

    /// Returns the *sum* of the losses of the positions times their weights, for an output with a weight for each
    /// position. The second result and the gradient are as in [`masked`](Self::masked). A position of weight 0 may
    /// have no valid label.
    ///
    /// The default masks all positions but one, for each of them in turn. Without a heap it returns NaN.
    fn weighted(
        &self,
        target: &Self::Target,
        prediction: &P,
        logits: Option<(Head, &P)>,
        weight: &dyn Fn(usize) -> f64,
        gradient: Option<&mut P>,
    ) -> (P::Element, bool)
    where
        P::Element: Scalar,
    {
        masked::one_by_one(weight, gradient, |mask, gradient| self.masked(target, prediction, logits, mask, gradient))
    }

    /// Returns whether the loss may leave out positions for their label: see [`ignores`](Self::ignores).
    fn may_ignore(&self) -> bool {
        false
    }

    /// Returns whether the loss leaves out a position for its label, as `ignore_class` of
    /// [`SparseCategoricalCrossentropy`]. The mean is over the other positions.
    fn ignores(&self, target: &Self::Target, position: usize) -> bool {
        let (_, _) = (target, position);
        false
    }

    /// Checks a target.
    ///
    /// # Errors
    /// The expectation and the value, if the target is invalid: `a class below 10, but got 12`.
    fn check(&self, target: &Self::Target) -> Result<(), crate::spec::text::Text<96>> {
        let _ = target;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loss_has_new_and_default() {
        let mut names = std::vec::Vec::new();
        each_new(&mut |name| names.push(std::string::String::from(name)));
        assert_eq!((names.len(), names[0].as_str()), (17, "binary_crossentropy"));
    }
}
