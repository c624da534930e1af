//! [`Tally`]: loss and metrics, summed over the batches of an epoch.

use crate::metrics::Metrics;
use crate::report::{Names, Report};
use crate::spec::MAX_INPUTS;
use crate::{Model, Tensors};
use std::sync::Arc;

/// Sums over the batches so far.
pub(crate) struct Tally<S> {
    samples: f64,
    loss: f64,
    parts: [f64; MAX_INPUTS],
    state: S,
}

impl<S: Default> Tally<S> {
    pub(crate) fn new() -> Self {
        Tally { samples: 0.0, loss: 0.0, parts: [0.0; MAX_INPUTS], state: S::default() }
    }

    /// Adds a batch of `n` samples: its loss, the losses of its outputs, and what the metrics make of it.
    ///
    /// A batch counts as much as it has samples, so that the mean over an epoch is one over its samples, whatever the
    /// size of the last batch.
    pub(crate) fn add<P: Tensors, Y: Tensors, K: Metrics<P, Y, State = S>>(
        &mut self,
        metrics: &K,
        loss: f64,
        parts: &[f64],
        n: usize,
        targets: Y::Batch<'_>,
        predictions: P::Batch<'_>,
    ) {
        let n = n as f64;
        self.samples += n;
        self.loss += loss * n;
        for (sum, part) in self.parts.iter_mut().zip(parts) {
            *sum += part * n;
        }
        metrics.update(&mut self.state, targets, predictions, &[]);
    }

    /// The means and metrics so far; `names` are those of [`names`].
    pub(crate) fn report<P: Tensors, Y: Tensors, K: Metrics<P, Y, State = S>>(
        &self,
        metrics: &K,
        names: &Arc<Names>,
    ) -> Report {
        let mut values = Vec::with_capacity(names.names.len());
        if P::COUNT > 1 {
            values.extend(self.parts[..P::COUNT].iter().map(|sum| sum / self.samples));
        }
        metrics.results(&self.state, &mut |_, _, value| values.push(value));
        Report::new(self.loss / self.samples, names, values)
    }
}

/// The names of what is reported, in the order of [`Tally::report`].
pub(crate) fn names<M: Model, Y: Tensors, K: Metrics<M::Outputs, Y>>(metrics: &K) -> Arc<Names> {
    let mut names = Vec::new();
    let several = M::Outputs::COUNT > 1;
    if several {
        names.extend(M::OUTPUT_NAMES.iter().map(|output| format!("{output}_loss")));
    }
    metrics.results(&K::State::default(), &mut |output, metric, _| {
        names.push(if several { format!("{}_{metric}", M::OUTPUT_NAMES[output]) } else { metric.into() });
    });
    Names::new(names)
}
