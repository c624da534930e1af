//! The metrics, one page each: definition, accumulation, tests.
//!
//! A metric implements [`MetricOn`] for the targets and predictions it can compare. [`Metrics`] spreads metrics over
//! the outputs of a model. They do not look at the weights of samples, as in Keras, except those in [`Weighted`].
//! Losses are metrics too, under their own names; [`confusion_matrix`] is a function, since a table is not a number.
//!
//! Where an output has a mask, the means over positions leave out what does not count: the accuracies, the losses,
//! [`Mse`], [`Mae`] and the cosine similarity. All others look at every position, as in Keras: [`Precision`],
//! [`Recall`], [`Auc`], [`F1Score`], [`R2Score`] and [`RootMeanSquaredError`].
//!
//! Where the loss of an output takes logits (`from_logits`), its metrics know it. A threshold is one for probabilities,
//! so [`Accuracy`], [`BinaryAccuracy`], [`Precision`], [`Recall`] and [`F1Score`] compare it with the logit of that
//! probability, which is 0 for 1/2; a threshold that is no probability is a logit already. [`Auc`] and the
//! cross-entropies look at the probabilities. Keras compares the logits themselves with the threshold.

mod counts;
mod logits;
mod mean;
mod of_losses;
mod outputs;
mod position;

pub use counts::Counts;
pub use mean::Mean;
pub use of_losses::*;
#[doc(hidden)]
pub use outputs::Zip;
pub use outputs::{MetricSet, Metrics};

use crate::activations::Head;

/// The list of metrics: the only place besides its own page that a new one touches.
macro_rules! metrics {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        pub use self::{$($module::*),*};
    };
}

metrics! {
    accuracy,
    auc,
    binary_accuracy,
    categorical_accuracy,
    confusion_matrix,
    cosine_similarity,
    f1_score,
    mae,
    mse,
    precision,
    r2_score,
    recall,
    root_mean_squared_error,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
    weighted,
}

/// A metric. What it can compare is said by [`MetricOn`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a metric",
    note = "a metric of your own implements `nn::metrics::Metric` and `nn::metrics::MetricOn<P, Y>`",
    note = "explained in nn::errors::nn0503"
)]
pub trait Metric: Clone {
    /// What is accumulated over the batches of an epoch; most metrics are a [`Mean`].
    type State: Default + Clone;

    /// Whether it looks at the weights of samples: `true` only for those in [`Weighted`].
    const WEIGHTED: bool = false;

    /// The name under which it is reported.
    fn name(&self) -> &'static str;

    /// The value so far.
    fn result(&self, state: &Self::State) -> f64;
}

/// A metric that can compare predictions `P` with targets `Y`.
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` cannot compare outputs and targets of these types",
    note = "explained in nn::errors::nn0503"
)]
pub trait MetricOn<P, Y>: Metric {
    /// Adds one sample, with its weight.
    fn update(&self, state: &mut Self::State, target: &Y, prediction: &P, weight: f64);

    /// Adds one sample of an output with a mask: one number for each position, 0 where it does not count. By default
    /// every position does.
    fn update_masked(&self, state: &mut Self::State, target: &Y, prediction: &P, weight: f64, mask: &[u32]) {
        let _ = mask;
        self.update(state, target, prediction, weight);
    }

    /// Adds one sample of an output whose loss takes logits: `link` makes probabilities of the predictions. By default
    /// the logits are measured as they are; a metric that looks at probabilities makes them.
    fn update_logits(
        &self,
        link: Head,
        state: &mut Self::State,
        target: &Y,
        prediction: &P,
        weight: f64,
        mask: Option<&[u32]>,
    ) {
        let _ = link;
        match mask {
            Some(mask) => self.update_masked(state, target, prediction, weight, mask),
            None => self.update(state, target, prediction, weight),
        }
    }
}
