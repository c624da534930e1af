//! [`Weighted`]: a metric that uses the weights of samples; [`Named`]: a metric with another name.
//!
//! ```text
//! .metrics((Accuracy, Weighted(Mae), Named("top_3", TopKCategoricalAccuracy { k: 3 })))
//! ```
//!
//! Plain metrics ignore `sample_weight` and `class_weight`, as in Keras. Wrap the metrics that Keras lists under
//! `weighted_metrics` here. Source: <https://keras.io/api/models/model_training_apis/#compile-method>

use super::{Metric, MetricOn};
use crate::activations::Head;

/// A metric that weights each sample: one of Keras's `weighted_metrics`
#[doc(alias = "weighted_metrics")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weighted<M>(
    /// The metric.
    pub M,
);

impl<M: Metric> Metric for Weighted<M> {
    type State = M::State;
    const WEIGHTED: bool = true;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn result(&self, state: &M::State) -> f64 {
        self.0.result(state)
    }
}

impl<P, Y, M: MetricOn<P, Y>> MetricOn<P, Y> for Weighted<M> {
    fn update(&self, state: &mut M::State, target: &Y, prediction: &P, weight: f64) {
        self.0.update(state, target, prediction, weight);
    }

    fn update_masked(&self, state: &mut M::State, target: &Y, prediction: &P, weight: f64, mask: &[u32]) {
        self.0.update_masked(state, target, prediction, weight, mask);
    }

    fn update_logits(
        &self,
        link: Head,
        state: &mut M::State,
        target: &Y,
        prediction: &P,
        weight: f64,
        mask: Option<&[u32]>,
    ) {
        self.0.update_logits(link, state, target, prediction, weight, mask);
    }

    fn update_positions(
        &self,
        link: Head,
        state: &mut M::State,
        target: &Y,
        prediction: &P,
        positions: usize,
        weight: &dyn Fn(usize) -> f64,
        mask: Option<&[u32]>,
    ) {
        self.0.update_positions(link, state, target, prediction, positions, weight, mask);
    }
}

/// A metric under another name, as with Keras's argument `name`: tells two of the same kind apart
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Named<M>(
    /// The name.
    pub &'static str,
    /// The metric.
    pub M,
);

impl<M: Metric> Metric for Named<M> {
    type State = M::State;
    const WEIGHTED: bool = M::WEIGHTED;

    fn name(&self) -> &'static str {
        self.0
    }

    fn result(&self, state: &M::State) -> f64 {
        self.1.result(state)
    }
}

impl<P, Y, M: MetricOn<P, Y>> MetricOn<P, Y> for Named<M> {
    fn update(&self, state: &mut M::State, target: &Y, prediction: &P, weight: f64) {
        self.1.update(state, target, prediction, weight);
    }

    fn update_masked(&self, state: &mut M::State, target: &Y, prediction: &P, weight: f64, mask: &[u32]) {
        self.1.update_masked(state, target, prediction, weight, mask);
    }

    fn update_logits(
        &self,
        link: Head,
        state: &mut M::State,
        target: &Y,
        prediction: &P,
        weight: f64,
        mask: Option<&[u32]>,
    ) {
        self.1.update_logits(link, state, target, prediction, weight, mask);
    }

    fn update_positions(
        &self,
        link: Head,
        state: &mut M::State,
        target: &Y,
        prediction: &P,
        positions: usize,
        weight: &dyn Fn(usize) -> f64,
        mask: Option<&[u32]>,
    ) {
        self.1.update_positions(link, state, target, prediction, positions, weight, mask);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::Weighting;
    use crate::train::metrics::{Mae, Metrics, Mse};
    use nalgebra::SMatrix;
    use std::vec::Vec;

    #[test]
    fn plain_metrics_do_not_look_at_weights() {
        type Score = SMatrix<f64, 1, 1>;
        let (targets, predictions) = ([Score::new(0.), Score::new(0.)], [Score::new(1.), Score::new(2.)]);
        let metrics = (Mae, Weighted(Mae), Named("weighted_mse", Weighted(Mse)), Weighted(Named("errors", Mse)));
        let weighting = Weighting { samples: &[&[3.0, 0.0]], ..Weighting::NONE };
        let mut state = Default::default();
        Metrics::<Score, Score>::update(&metrics, &mut state, &targets, &predictions, weighting);
        let mut results = Vec::new();
        Metrics::<Score, Score>::results(&metrics, &state, &mut |_, name, value| results.push((name, value)));
        assert_eq!(results, [("mae", 1.5), ("mae", 1.0), ("weighted_mse", 1.0), ("errors", 1.0)]);
    }
}
