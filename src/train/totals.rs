//! [`Tally`]: the loss and the metrics, summed over the batches of an epoch.

use crate::losses::{Losses, Weighting};
use crate::metrics::{Mean, Metrics};
use crate::report::values::{Names, Report};
use crate::spec::MAX_INPUTS;
use crate::{Model, Tensors};
use std::sync::Arc;

/// The sums over the batches so far.
pub(crate) struct Tally<S> {
    samples: usize,
    loss: Mean,
    parts: [Mean; MAX_INPUTS],
    state: S,
}

impl<S: Default> Tally<S> {
    pub(crate) fn new() -> Self {
        Tally { samples: 0, loss: Mean::default(), parts: [Mean::default(); MAX_INPUTS], state: S::default() }
    }

    /// Continues with the [sums](Self::sums) of a checkpoint. Metrics start again.
    pub(crate) fn of(sums: &[f64]) -> Self {
        let mut tally = Tally::new();
        if let [samples, means @ ..] = sums {
            tally.samples = *samples as usize;
            let (means, _) = means.as_chunks();
            let to = [&mut tally.loss].into_iter().chain(&mut tally.parts);
            to.zip(means).for_each(|(mean, sums)| *mean = Mean::from_sums(*sums));
        }
        tally
    }

    /// Returns the number of samples and the sums of the losses.
    pub(crate) fn sums(&self) -> Vec<f64> {
        let means = [&self.loss].into_iter().chain(&self.parts).flat_map(Mean::sums);
        [self.samples as f64].into_iter().chain(means).collect()
    }

    /// Returns whether there was no batch yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// Adds the loss of a batch of `n` samples, and the losses of its outputs.
    ///
    /// The weight of a batch is its number of samples, so the mean of an epoch is over samples, even with a smaller
    /// last batch.
    pub(crate) fn add(&mut self, loss: f64, parts: &[f64], n: usize) {
        self.samples = self.samples.saturating_add(n);
        self.loss.add(loss, n as f64);
        for (mean, &part) in self.parts.iter_mut().zip(parts) {
            mean.add(part, n as f64);
        }
    }

    /// Adds the metrics of a batch or of a part.
    pub(crate) fn measure<P: Tensors, Y: Tensors, K: Metrics<P, Y, State = S>>(
        &mut self,
        metrics: &K,
        targets: Y::Batch<'_>,
        predictions: P::Batch<'_>,
        weighting: Weighting<'_>,
    ) {
        metrics.update(&mut self.state, targets, predictions, weighting);
    }

    /// Returns the mean of the total loss so far, or NaN before the first sample.
    pub(crate) fn loss(&self) -> f64 {
        if self.samples == 0 { f64::NAN } else { self.loss.result() }
    }

    /// Returns the means and metrics so far. `names` come from [`names`].
    pub(crate) fn report<P: Tensors, Y: Tensors, K: Metrics<P, Y, State = S>>(
        &self,
        metrics: &K,
        names: &Arc<Names>,
    ) -> Report {
        let mut values = Vec::with_capacity(names.names.len());
        if P::COUNT > 1 {
            values.extend(names.judged.iter().map(|&output| self.parts[output].result()));
        }
        metrics.results(&self.state, &mut |_, _, value| values.push(value));
        Report::new(self.loss(), names, values)
    }
}

/// Returns the reported names in the order of [`Tally::report`].
pub(crate) fn names<M: Model, L: Losses<M::Outputs>, K: Metrics<M::Outputs, L::Targets>>(
    losses: &L,
    metrics: &K,
) -> Arc<Names> {
    named(M::OUTPUT_NAMES, &|output| losses.judges(output), &|visit| metrics.results(&K::State::default(), visit))
}

/// Does the work of [`names`] for any model: rustc would compile it again for each.
fn named(
    outputs: &[&str],
    judges: &dyn Fn(usize) -> bool,
    results: &dyn Fn(&mut dyn FnMut(usize, &'static str, f64)),
) -> Arc<Names> {
    let several = outputs.len() > 1;
    let judged: Vec<_> = (0..outputs.len()).filter(|&output| several && judges(output)).collect();
    let mut names: Vec<_> = judged.iter().map(|&output| format!("{}_loss", outputs[output])).collect();
    results(&mut |output, metric, _| {
        let name = if several { format!("{}_{metric}", outputs[output]) } else { metric.into() };
        // As in Keras, a repeated name gets a number.
        let number = (1..).map(|k| format!("{name}_{k}"));
        let free = [name.clone()].into_iter().chain(number).find(|name| !names.contains(name));
        names.push(free.unwrap_or(name));
    });
    Names::new(judged, names)
}
