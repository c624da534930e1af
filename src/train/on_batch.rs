//! Single training steps: [`Compiled::train_on_batch`], and the step that `fit` takes.

use crate::check::{self, Targets};
use crate::data::{Batches, Inspect, SampleWeight};
use crate::losses::{Losses, Weighting};
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::report::values::Logs;
use crate::spec::MAX_INPUTS;
use crate::train::compile::Compiled;
use crate::train::labels::Labelled;
use crate::train::learner::Learner;
use crate::train::random::{Purpose, stream};
use crate::train::samples::{Batch, Samples};
use crate::train::step::Tapes;
use crate::train::totals::Tally;
use crate::train::warnings::Data;
use crate::train::weights::Weights;
use crate::{Error, Model, Result, Tensors, Warning};

/// Single steps.
impl<M, O, L, K> Compiled<M, O, L, K>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs, Targets: Inspect>,
    K: Metrics<M::Outputs, L::Targets>,
{
    /// Does one training step, and returns the loss and the metrics before it.
    ///
    /// # Errors
    /// If the data is empty, has different numbers of samples, NaN or infinity, or targets that the losses cannot
    /// judge. Also if a setting is invalid. Nothing changes then.
    pub fn train_on_batch(&mut self, x: impl Batches<M::Inputs>, y: impl Batches<Targets<M, L>>) -> Result<Logs> {
        self.train_on(&Batch::new(&x, &y))
    }

    /// Does one training step with weights of the samples, as [`Fit::sample_weight`](crate::Fit::sample_weight) takes
    /// them.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Line; Sequential([Input(shape = [1]), Dense(1)]) }
    /// # fn main() -> nn::Result<()> {
    /// # let mut line = Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::new(0.1), MeanSquaredError);
    /// // The label of the last sample is missing: it has no weight.
    /// let logs = line.train_on_batch_weighted([1.0_f32, 2.0, 3.0], [2.0_f32, 4.0, f32::NAN], [1.0, 1.0, 0.0])?;
    /// assert!(logs.loss.is_finite());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`train_on_batch`](Self::train_on_batch). Also if there are not as many weights as samples or positions, or
    /// if one is negative, NaN or infinite.
    pub fn train_on_batch_weighted(
        &mut self,
        x: impl Batches<M::Inputs>,
        y: impl Batches<Targets<M, L>>,
        sample_weight: impl SampleWeight,
    ) -> Result<Logs> {
        self.train_on(&Batch::weighted(&x, &y, &sample_weight))
    }

    /// Checks a batch, and does a step.
    fn train_on(&mut self, batch: &Batch<'_, M::Inputs, Targets<M, L>>) -> Result<Logs> {
        self.check_settings(self.strict)?;
        let (samples, warnings) = self.check_batch(batch, Data::Training, self.strict)?;
        warnings.iter().for_each(Warning::print);
        let mut tally = Tally::new();
        self.step(samples.x, samples.y, samples.len(), samples.weights, self.seed, &mut tally)?;
        Ok(tally.report(&self.metrics, &self.names))
    }

    /// Checks a batch. Returns its samples with their weights, and warnings to print.
    pub(crate) fn check_batch<'b>(
        &self,
        batch: &'b Batch<'_, M::Inputs, Targets<M, L>>,
        data: Data,
        strict: bool,
    ) -> Result<(Samples<'b, M::Inputs, Targets<M, L>>, Vec<Warning>)> {
        let (x, y) = (M::Inputs::shorter(batch.x), L::Targets::shorter(batch.y));
        let n = check::data::<M, L>(&self.losses, data.prefix(), x, y)?;
        let weights =
            batch.weights.as_ref().map_or(Ok(Weights::NONE), |given| given.weights::<M>("sample_weight", n))?;
        check::targets::<M, L>(&self.losses, data.prefix(), y, weights.columns(), &mut weights.counts(n), 0)?;
        let samples = Samples { x, y, weights };
        let warnings = self.check_labels(Labelled { samples, data, first: 0, strict })?;
        Ok((samples, warnings))
    }

    /// Checks the settings, which do not depend on the data.
    pub(crate) fn check_settings(&self, strict: bool) -> Result<()> {
        check::optimizer::<M>(&self.optimizer)?;
        check::losses::<M, L>(&self.losses, &self.loss_weights)?;
        check::any_loss::<M, L>(&self.losses)?;
        match strict.then(|| self.warnings().into_iter().next()).flatten() {
            Some(warning) => Err(Error::Strict(warning)),
            None => Ok(()),
        }
    }

    /// Does a step over `n` checked samples.
    ///
    /// # Errors
    /// If a schedule or a callback gives an invalid learning rate. Nothing changes then.
    pub(crate) fn step(
        &mut self,
        x: <M::Inputs as Tensors>::Batch<'_>,
        y: <L::Targets as Tensors>::Batch<'_>,
        n: usize,
        weights: Weights<'_>,
        seed: u64,
        tally: &mut Tally<K::State>,
    ) -> Result<()> {
        self.end_averages();
        let learner = self.learner.get_or_insert_with(|| Learner::new(&self.optimizer));
        check::learning_rate::<M::Scalar>(learner.learning_rate(&self.optimizer), learner.steps)?;
        let division = learner.division;
        let tape = Tapes::of(&mut self.tape, division, n);
        let rng = stream(seed, learner.steps, Purpose::Layers);
        let mut parts = [0.0; MAX_INPUTS];
        let parts = &mut parts[..M::Outputs::COUNT];
        let weighting = Weighting { outputs: &self.loss_weights, links: &self.links, ..Weighting::NONE };
        let (model, optimizer, losses) = (&mut *self.model, &self.optimizer, &self.losses);
        let loss = tape.step(model, learner, optimizer, losses, x, y, n, weights, weighting, rng, parts);
        tally.add(loss, parts, n);
        tape.predictions(x, n, division, |samples, predictions, masks| {
            let weights = weights.slice(n, samples.clone());
            let weighting = Weighting { masks, samples: weights.columns(), ..weighting };
            tally.measure(&self.metrics, L::Targets::slice(y, samples), predictions, weighting);
        });
        Ok(())
    }
}
