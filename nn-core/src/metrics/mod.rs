//! The metrics, one page each: definition, accumulation, tests.
//!
//! A metric implements [`MetricOn`] for the targets and predictions it can compare. [`Metrics`] spreads metrics over the
//! outputs of a model. They do not look at the weights of samples, as in Keras, except those in [`Weighted`]. Losses are
//! metrics too, under their own names; [`confusion_matrix`] is a function, since a table is not a number.

mod counts;
mod mean;
mod of_losses;
mod spread;

pub use counts::Counts;
pub use mean::Mean;
pub use of_losses::*;
#[doc(hidden)]
pub use spread::Zip;
pub use spread::{MetricSet, Metrics};

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
    message = "the metric `{Self}` cannot compare an output of type `{P}` with targets of type `{Y}`",
    note = "explained in nn::errors::nn0503"
)]
pub trait MetricOn<P, Y>: Metric {
    /// Adds one sample, with its weight.
    fn update(&self, state: &mut Self::State, target: &Y, prediction: &P, weight: f64);
}
