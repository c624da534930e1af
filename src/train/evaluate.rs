//! Evaluation: the loss and the metrics over batches.

use crate::check::{self, Targets};
use crate::data::{Batches, Inspect, SampleWeight};
use crate::losses::{Losses, Weighting};
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::predict::Scratch;
use crate::report::values::{Logs, Report};
use crate::spec::MAX_INPUTS;
use crate::train::compile::Compiled;
use crate::train::samples::{Batch, Samples, TrainingBatch};
use crate::train::step::{Counted, whole};
use crate::train::totals::Tally;
use crate::train::warnings::Data;
use crate::{Buffer, Ends, Error, Graph, Heap, Model, Result, Tensors, Train, Warning};

/// An evaluation in progress: the sums so far, and memory for the outputs.
pub(crate) struct Evaluation<M: Model, S> {
    pub(crate) tally: Tally<S>,
    penalty: M::Scalar,
    capacity: usize,
    outputs: <M::Outputs as Tensors>::Buffers<Heap>,
}

impl<M: Model, S: Default> Evaluation<M, S> {
    pub(crate) fn new<O, L, K>(compiled: &Compiled<M, O, L, K>) -> Self {
        let penalty = M::Graph::NEW.regularize(&compiled.model, None);
        Evaluation { tally: Tally::new(), penalty, capacity: 0, outputs: Buffer::with_capacity(0) }
    }

    /// Adds a batch of `n` checked samples.
    pub(crate) fn add<O, L, K>(
        &mut self,
        compiled: &Compiled<M, O, L, K>,
        samples: Samples<'_, M::Inputs, Targets<M, L>>,
        n: usize,
    ) where
        L: Losses<M::Outputs>,
        K: Metrics<M::Outputs, L::Targets, State = S>,
    {
        if self.capacity < n {
            (self.capacity, self.outputs) = (n, Buffer::with_capacity(n));
        }
        compiled.scratch.with(|scratch| self.add_with(compiled, samples, n, Scratch::of(scratch)));
    }

    /// Does the work of [`add`](Self::add) with this memory.
    fn add_with<O, L, K>(
        &mut self,
        compiled: &Compiled<M, O, L, K>,
        samples: Samples<'_, M::Inputs, Targets<M, L>>,
        n: usize,
        scratch: &mut Scratch<M>,
    ) where
        L: Losses<M::Outputs>,
        K: Metrics<M::Outputs, L::Targets, State = S>,
    {
        let Compiled { model, losses, metrics, loss_weights, links, .. } = compiled;
        scratch.predict(model, samples.x, M::Outputs::batch_mut::<Heap>(&mut self.outputs, n), n);
        let parts = scratch.parts();
        let masks = parts.iter().map(|part| (part.samples.clone(), part.masks(samples.x)));
        let counted = Counted::of::<M, L>(losses, samples.y, masks);
        let weighting =
            Weighting { outputs: loss_weights, counted: counted.of_parts(), links: &links[..], ..Weighting::NONE };
        let (mut values, mut penalty) = ([0.0; MAX_INPUTS], self.penalty);
        let values = &mut values[..M::Outputs::COUNT];
        for part in parts {
            let masks = part.masks(samples.x);
            let Samples { y, weights, .. } = samples.slice(part.samples.clone());
            let weighting = Weighting { samples: weights.columns(), masks: &masks, ..weighting };
            let predictions = M::Outputs::batch::<Heap>(&self.outputs, n);
            let predictions = M::Outputs::slice(predictions, part.samples.clone());
            let mut own = [0.0; MAX_INPUTS];
            losses.evaluate(y, predictions, part.logits(), M::Graph::HEADS, weighting, None, &mut own);
            values.iter_mut().zip(own).for_each(|(value, own)| *value += own);
            penalty += part.activity();
            self.tally.measure(metrics, y, predictions, weighting);
        }
        self.tally.add(whole(values, weighting, penalty), values, n);
    }

    /// Returns the means and metrics so far.
    pub(crate) fn report<O, L, K>(&self, compiled: &Compiled<M, O, L, K>) -> Report
    where
        L: Losses<M::Outputs>,
        K: Metrics<M::Outputs, L::Targets, State = S>,
    {
        self.tally.report(&compiled.metrics, &compiled.names)
    }
}

/// Evaluation.
impl<M, O, L, K> Compiled<M, O, L, K>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs, Targets: Inspect>,
    K: Metrics<M::Outputs, L::Targets>,
{
    /// Returns the loss and the metrics of one batch of any size.
    ///
    /// # Errors
    /// As [`train_on_batch`](Self::train_on_batch).
    pub fn test_on_batch(&self, x: impl Batches<M::Inputs>, y: impl Batches<Targets<M, L>>) -> Result<Logs> {
        self.test_on(&Batch::new(&x, &y), usize::MAX)
    }

    /// Returns the loss and the metrics of one batch of any size, with weights of the samples, as
    /// [`Fit::sample_weight`](crate::Fit::sample_weight) takes them.
    ///
    /// # Errors
    /// As [`train_on_batch_weighted`](Self::train_on_batch_weighted).
    pub fn test_on_batch_weighted(
        &self,
        x: impl Batches<M::Inputs>,
        y: impl Batches<Targets<M, L>>,
        sample_weight: impl SampleWeight,
    ) -> Result<Logs> {
        self.test_on(&Batch::weighted(&x, &y, &sample_weight), usize::MAX)
    }

    /// Returns the loss and the metrics over all samples.
    ///
    /// # Errors
    /// As [`train_on_batch`](Self::train_on_batch).
    pub fn evaluate(&self, x: impl Batches<M::Inputs>, y: impl Batches<Targets<M, L>>) -> Result<Report> {
        check::batch_size(self.batch_size)?;
        self.test_on(&Batch::new(&x, &y), self.batch_size)
    }

    /// Returns the loss and the metrics over all samples, with weights of the samples, as
    /// [`Fit::sample_weight`](crate::Fit::sample_weight) takes them.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Line; Sequential([Input(shape = [1]), Dense(1)]) }
    /// # fn main() -> nn::Result<()> {
    /// # let line = Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::new(0.1), MeanSquaredError);
    /// # let (x, y) = ([1.0_f32, 2.0], [2.0_f32, 4.0]);
    /// let twice = line.evaluate_weighted(&x, &y, [2.0, 2.0])?;
    /// assert!((twice.loss - 2.0 * line.evaluate(&x, &y)?.loss).abs() < 1e-5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`train_on_batch_weighted`](Self::train_on_batch_weighted).
    pub fn evaluate_weighted(
        &self,
        x: impl Batches<M::Inputs>,
        y: impl Batches<Targets<M, L>>,
        sample_weight: impl SampleWeight,
    ) -> Result<Report> {
        check::batch_size(self.batch_size)?;
        self.test_on(&Batch::weighted(&x, &y, &sample_weight), self.batch_size)
    }

    /// Evaluates samples in batches of this size.
    fn test_on(&self, batch: &Batch<'_, M::Inputs, Targets<M, L>>, batch_size: usize) -> Result<Report> {
        check::losses::<M, L>(&self.losses, &self.loss_weights)?;
        let (samples, warnings) = self.check_batch(batch, Data::Evaluation, self.strict)?;
        warnings.iter().for_each(Warning::print);
        let (mut evaluation, count) = (Evaluation::new(self), samples.len());
        for start in (0..count).step_by(batch_size) {
            let range = start..count.min(start.saturating_add(batch_size));
            let n = range.len();
            evaluation.add(self, samples.slice(range), n);
        }
        Ok(evaluation.report(self))
    }

    /// Returns the loss and the metrics over batches, for data that does not fit in memory.
    ///
    /// A batch is `(x, y)` or `(x, y, sample_weight)` of any size, or a `Result` of one. `batches.take(n)` is Keras's
    /// `steps=n`.
    ///
    /// # Errors
    /// As [`train_on_batch`](Self::train_on_batch). Also if there is no batch, or if a batch is an `Err`.
    pub fn evaluate_batches<B: TrainingBatch<M::Inputs, Targets<M, L>>>(
        &self,
        batches: impl IntoIterator<Item = B>,
    ) -> Result<Report> {
        check::losses::<M, L>(&self.losses, &self.loss_weights)?;
        let mut evaluation = Evaluation::new(self);
        let mut some = false;
        for batch in batches {
            batch.visit(&mut |batch| {
                let (samples, warnings) = self.check_batch(&batch, Data::Evaluation, self.strict)?;
                warnings.iter().for_each(Warning::print);
                evaluation.add(self, samples, samples.len());
                Ok(())
            })?;
            some = true;
        }
        if some { Ok(evaluation.report(self)) } else { Err(Error::Empty { tensor: "the batches".into() }) }
    }
}
