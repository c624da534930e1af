//! The validation of an epoch.

use super::Session;
use crate::callbacks::Callbacks;
use crate::check::{self, Targets};
use crate::data::Inspect;
use crate::losses::Losses;
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::report::progress::warn;
use crate::report::values::Report;
use crate::train::compile::Compiled;
use crate::train::evaluate::Evaluation;
use crate::train::fit::batch_size;
use crate::train::samples::{Batch, Samples};
use crate::train::validation::Validation;
use crate::train::warnings::Data;
use crate::train::weights::{Given, Weights};
use crate::{Error, Model, Result, Tensors};

/// Validation data. If it is in memory, it is checked.
pub(crate) enum Checked<'a, X: Tensors, Y: Tensors> {
    None,
    Whole(Samples<'a, X, Y>),
    Streams(&'a mut dyn Validation<X, Y>),
}

impl<'a, X: Tensors, Y: Tensors> Checked<'a, X, Y> {
    pub(crate) fn new<M, O, L, K>(
        compiled: &Compiled<M, O, L, K>,
        validation: &'a mut dyn Validation<X, Y>,
        given: &'a mut Option<Given>,
    ) -> Result<Self>
    where
        M: Model<Inputs = X>,
        L: Losses<M::Outputs, Targets = Y>,
        Y: Inspect,
    {
        if validation.streams() {
            return Ok(Checked::Streams(validation));
        }
        let Some(Batch { x, y, weights }) = validation.whole() else { return Ok(Checked::None) };
        let n = check::data::<M, L>(&compiled.losses, "validation ", x, y)?;
        *given = weights;
        let weights =
            given.as_ref().map_or(Ok(Weights::NONE), |given| given.weights::<M>("weighted_validation_data", n))?;
        check::targets::<M, L>(&compiled.losses, "validation ", y, weights.columns(), &mut weights.counts(n), 0)?;
        let samples = Samples { x, y, weights };
        Ok(Checked::Whole(samples))
    }
}

impl<M, O, L, K, C> Session<'_, M, O, L, K, C>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs, Targets: Inspect>,
    K: Metrics<M::Outputs, L::Targets>,
    C: Callbacks,
{
    /// Evaluates the validation data.
    pub(super) fn validate(
        &mut self,
        validation: &mut Checked<'_, M::Inputs, Targets<M, L>>,
    ) -> Result<Option<Report>> {
        let steps = self.settings.validation_steps;
        if matches!(validation, Checked::None) {
            return Ok(None);
        }
        self.call(&mut |callback, run| callback.on_test_begin(run))?;
        let mut evaluation = Evaluation::new(self.compiled);
        match validation {
            Checked::None => {}
            Checked::Whole(samples) => {
                let count = samples.len();
                let size = self.settings.validation_batch_size.or(self.settings.batch_size);
                let size = batch_size(size, steps, count);
                for (batch, start) in (0..count).step_by(size).take(steps.unwrap_or(usize::MAX)).enumerate() {
                    let samples = samples.slice(start..count.min(start.saturating_add(size)));
                    self.test(&mut evaluation, samples, samples.len(), batch)?;
                }
            }
            Checked::Streams(streams) => {
                let mut batch = 0;
                streams.each(steps, &mut |given| {
                    let strict = self.strict();
                    let (samples, warnings) = self.compiled.check_batch(&given, Data::Validation, strict)?;
                    self.print(&warnings);
                    self.test(&mut evaluation, samples, samples.len(), batch)?;
                    batch += 1;
                    Ok(())
                })?;
                if batch == 0 {
                    return Err(Error::Empty { tensor: "the batches of validation".into() });
                }
                let first = *self.validated.get_or_insert(batch);
                if batch < first {
                    warn(&format!("a validation had {batch} batch(es), but the first had {first}"));
                }
            }
        }
        self.hook_with(&evaluation.tally, &mut |callback, run| callback.on_test_end(run))?;
        Ok(Some(evaluation.report(self.compiled)))
    }

    /// Evaluates a batch.
    fn test(
        &mut self,
        evaluation: &mut Evaluation<M, K::State>,
        samples: Samples<'_, M::Inputs, Targets<M, L>>,
        n: usize,
        batch: usize,
    ) -> Result<()> {
        self.hook_with(&evaluation.tally, &mut |callback, run| callback.on_test_batch_begin(batch, run))?;
        evaluation.add(self.compiled, samples, n);
        self.hook_with(&evaluation.tally, &mut |callback, run| callback.on_test_batch_end(batch, run))
    }
}
