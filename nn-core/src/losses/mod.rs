//! The losses, one page each: formula, value, gradient, tests.
//!
//! A loss implements [`LossOn`] for the samples it can judge. [`Losses`] spreads losses over the outputs of a model: one
//! for all of them, a tuple, or the named struct that `model!` writes.

#[cfg(test)]
mod checks;
mod logits;
mod spread;

pub use spread::{Losses, Seeds, Weighting};

use crate::activations::Head;
use crate::tensor::Sample;

/// The list of losses: the only place besides its own page that a new one touches.
macro_rules! losses {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        pub use self::{$($module::*),*};
    };
}

losses! {
    binary_crossentropy,
    categorical_crossentropy,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
}

/// A loss. What it can judge is said by [`LossOn`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a loss",
    note = "one loss serves all outputs; for several outputs a tuple or the model's `…Outputs` struct gives each its own"
)]
pub trait Loss {
    /// Keras's name: `mean_squared_error`.
    fn name(&self) -> &'static str;
}

/// A loss that can judge predictions `P`.
///
/// All methods see one sample. The library takes the mean over the batch and applies the weights of samples and outputs,
/// so a loss is only its formula. Where a sample has several positions (a sequence, an image), the loss of a sample is
/// the mean over its positions, as in Keras.
#[diagnostic::on_unimplemented(
    message = "the loss `{Self}` cannot judge an output of type `{P}`",
    note = "a loss of your own implements `nn::losses::Loss` and `nn::losses::LossOn<P>`"
)]
pub trait LossOn<P: Sample>: Loss {
    /// The target of one sample.
    type Target: Sample;

    /// The loss of one sample.
    fn loss(&self, target: &Self::Target, prediction: &P) -> P::Element;

    /// Overwrites `gradient` with the gradient of [`loss`](Self::loss) with respect to the prediction.
    fn gradient(&self, target: &Self::Target, prediction: &P, gradient: &mut P);

    /// The same from the logits of an output that ends in `head`, where a stable formula exists: the loss, with its
    /// gradient with respect to the logits written to `gradient`. `None`, with `gradient` untouched, where there is none;
    /// that must depend only on the loss and `head`.
    fn fused(&self, head: Head, target: &Self::Target, logits: &P, gradient: Option<&mut P>) -> Option<P::Element> {
        let (_, _, _, _) = (head, target, logits, gradient);
        None
    }

    /// Whether a target is valid; otherwise what was expected and what came: `a class below
    /// 10, but got 12`.
    fn check(&self, target: &Self::Target) -> Result<(), crate::text::Text<96>> {
        let _ = target;
        Ok(())
    }
}
