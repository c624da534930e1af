//! The metrics, one page each: definition, accumulation, tests.
//!
//! A metric implements [`MetricOn`] for the targets and predictions it can compare. [`Metrics`] spreads metrics over the
//! outputs of a model.

mod mean;
mod spread;

pub use mean::Mean;
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
    binary_accuracy,
    categorical_accuracy,
    mae,
    mse,
    sparse_categorical_accuracy,
}

/// A metric. What it can compare is said by [`MetricOn`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a metric",
    note = "a metric of your own implements `nn::metrics::Metric` and `nn::metrics::MetricOn<P, Y>`"
)]
pub trait Metric: Clone {
    /// What is accumulated over the batches of an epoch; most metrics are a [`Mean`].
    type State: Default + Clone;

    /// The name under which it is reported.
    fn name(&self) -> &'static str;

    /// The value so far.
    fn result(&self, state: &Self::State) -> f64;
}

/// A metric that can compare predictions `P` with targets `Y`.
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` cannot compare an output of type `{P}` with targets of type `{Y}`"
)]
pub trait MetricOn<P, Y>: Metric {
    /// Adds one sample, with its weight.
    fn update(&self, state: &mut Self::State, target: &Y, prediction: &P, weight: f64);
}
