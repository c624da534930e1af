//! The metrics, one page each: definition, accumulation, tests.
//!
//! A metric implements [`MetricOn`] for the targets and predictions it can compare. [`Metrics`] spreads metrics over the
//! outputs of a model.

/// A metric. What it can compare is said by [`MetricOn`].
#[diagnostic::on_unimplemented(message = "`{Self}` is not a metric")]
pub trait Metric: Clone {
    /// What is accumulated over the batches of an epoch.
    type State: Default + Clone;

    /// The name under which it is reported.
    fn name(&self) -> &'static str;

    /// The value so far.
    fn result(&self, state: &Self::State) -> f64;
}

/// A metric that can compare predictions `P` with targets `Y`.
#[diagnostic::on_unimplemented(message = "the metric `{Self}` cannot compare an output of type `{P}` with targets of type `{Y}`")]
pub trait MetricOn<P, Y>: Metric {
    /// Adds one sample, with its weight.
    fn update(&self, state: &mut Self::State, target: &Y, prediction: &P, weight: f64);
}
