//! [`Session`]: one call of `fit`, from the first to the last epoch.

mod cursor;
mod hooks;
mod validate;

pub(crate) use cursor::Cursor;
pub(crate) use validate::Checked;

use crate::callbacks::{Callbacks, State};
use crate::check::{self, Targets};
use crate::data::Inspect;
use crate::losses::Losses;
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::report::history::{History, Params, with_validation};
use crate::report::progress::{Progress, warn};
use crate::train::compile::Compiled;
use crate::train::fit::Settings;
use crate::train::labels::Labelled;
use crate::train::samples::Samples;
use crate::train::source::Source;
use crate::train::totals::Tally;
use crate::train::warnings::Data;
use crate::train::weights::{Columns, Given, Weights};
use crate::{Error, Model, Result, Tensors, Warning};

/// One call of `fit`.
pub(crate) struct Session<'a, M, O, L, K, C>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs>,
    K: Metrics<M::Outputs, L::Targets>,
{
    compiled: &'a mut Compiled<M, O, L, K>,
    settings: &'a Settings,
    callbacks: C,
    seed: u64,
    state: State,
    tally: Tally<K::State>,
    progress: Progress,
    /// The weights of a batch with `class_weight`.
    columns: Columns,
    /// Whether the run was stopped in the middle of an epoch. A later run continues there, and its callbacks see the
    /// end of this epoch, so their memory must be from before this end.
    broken: bool,
    /// Whether the warning about passes shorter than an epoch was printed.
    short: bool,
    /// The number of batches of the first validation.
    validated: Option<usize>,
}

impl<'a, M, O, L, K, C> Session<'a, M, O, L, K, C>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs, Targets: Inspect>,
    K: Metrics<M::Outputs, L::Targets>,
    C: Callbacks,
{
    pub(crate) fn new(compiled: &'a mut Compiled<M, O, L, K>, settings: &'a Settings, callbacks: C) -> Self {
        let seed = settings.seed.unwrap_or(compiled.seed);
        Session {
            compiled,
            settings,
            callbacks,
            seed,
            state: State::default(),
            tally: Tally::new(),
            progress: Progress::new(settings.verbose, settings.epochs),
            columns: Columns::default(),
            broken: false,
            short: false,
            validated: None,
        }
    }

    /// Trains. If the batches of `source` are not `checked`, each one is checked when it arrives.
    pub(crate) fn run(
        mut self,
        source: &mut dyn Source<M::Inputs, Targets<M, L>>,
        checked: bool,
        mut validation: Checked<'_, M::Inputs, Targets<M, L>>,
    ) -> Result<History> {
        let Settings { epochs, initial_epoch, resume, steps_per_epoch, .. } = *self.settings;
        let steps = match (steps_per_epoch, source.steps()) {
            (Some(steps), Some(pass)) => Some(steps.min(pass)),
            (steps, pass) => steps.or(pass),
        };
        let params = Params { epochs, steps: steps.unwrap_or(0) };
        if self.compiled.learner.is_none() {
            self.compiled.warnings().iter().for_each(|warning| warn(&warning.to_string()));
        }
        self.begin(params, !matches!(validation, Checked::None))?;
        if !resume {
            self.compiled.cursor = Cursor { epoch: initial_epoch, ..Cursor::default() };
        }
        let mut history = History::new(params);
        let trained = self.epochs(source, checked, &mut validation, steps, &mut history);
        // An error of a callback may leave the averages in the model.
        self.compiled.end_averages();
        let ended = trained.and_then(|()| {
            if epochs > 0 {
                self.compiled.finish();
            }
            self.hook(&mut |callback, run| callback.on_train_end(run))
        });
        self.remember();
        self.state.print();
        ended.map(|()| history)
    }

    /// Runs all epochs.
    fn epochs(
        &mut self,
        source: &mut dyn Source<M::Inputs, Targets<M, L>>,
        checked: bool,
        validation: &mut Checked<'_, M::Inputs, Targets<M, L>>,
        steps: Option<usize>,
        history: &mut History,
    ) -> Result<()> {
        let Settings { epochs, steps_per_epoch, .. } = *self.settings;
        self.save_pending()?;
        // If callbacks had stopped the run, it was over before the interruption.
        let first = if self.state.stopped { epochs } else { self.compiled.cursor.epoch };
        if self.compiled.cursor.open && first < epochs {
            source.start(self.compiled.cursor.pass())?;
        }
        for epoch in first..epochs {
            let cursor = &mut self.compiled.cursor;
            let resumed = core::mem::replace(&mut cursor.begun, true);
            self.progress.begin(epoch, steps);
            self.tally = if cursor.batch > 0 { Tally::of(&cursor.sums) } else { Tally::new() };
            self.state.begin_epoch(epoch);
            if !resumed {
                self.hook(&mut |callback, run| callback.on_epoch_begin(epoch, run))
                    .inspect_err(|_| self.compiled.cursor.begun = false)?;
            }
            let cursor = &self.compiled.cursor;
            if cursor.batch == 0 && (!cursor.open || (!resumed && steps_per_epoch.is_none())) {
                self.begin_pass(source)?;
            }
            let trained = self.epoch(source, checked)?;
            let batches = self.compiled.cursor.batch;
            if batches == 0 {
                return Err(Error::Empty { tensor: format!("the batches of epoch {epoch}") });
            }
            let cursor = &mut self.compiled.cursor;
            // A stopped epoch continues where it stopped, unless that was its end.
            if !self.state.stopped || !cursor.open || Some(batches) == steps_per_epoch {
                (cursor.epoch, cursor.begun, cursor.batch) = (epoch + 1, false, 0);
            } else {
                self.remember();
                self.broken = true;
            }
            if self.tally.is_empty() {
                // An old checkpoint from after the last step of this epoch has no sums.
                continue;
            }
            history.params.steps = steps.unwrap_or(batches);
            let report = self.tally.report(&self.compiled.metrics, &self.compiled.names);
            let due = (epoch + 1).is_multiple_of(self.settings.validation_freq);
            let validated = if due { self.validate(validation)? } else { None };
            let mut logs: Vec<_> = with_validation(&report, validated.as_ref()).collect();
            if trained == 0 {
                // The checkpoint has the sums of losses, but not of metrics.
                let metrics = self.compiled.names.metrics(M::Outputs::COUNT);
                logs.retain(|(name, _)| !metrics.contains(name));
            }
            self.state.logs = Some(logs);
            self.hook(&mut |callback, run| callback.on_epoch_end(epoch, run))?;
            self.remember();
            let logs = self.state.all_logs();
            self.progress.end(&logs);
            self.state.print();
            history.push(epoch, logs);
            if self.state.stopped {
                break;
            }
        }
        Ok(())
    }

    /// Begins a pass through the data.
    fn begin_pass(&mut self, source: &mut dyn Source<M::Inputs, Targets<M, L>>) -> Result<()> {
        let step = self.compiled.steps();
        self.compiled.cursor.begin(step);
        source.start(self.compiled.cursor.pass())
    }

    /// Runs the steps of an epoch, and returns their number.
    fn epoch(&mut self, source: &mut dyn Source<M::Inputs, Targets<M, L>>, checked: bool) -> Result<usize> {
        let mut trained = 0;
        while self.settings.steps_per_epoch.is_none_or(|steps| self.compiled.cursor.batch < steps) {
            let more = source.next(&mut |samples, given| self.train(samples, given, checked))?;
            let cursor = &mut self.compiled.cursor;
            if more {
                trained += 1;
            } else if cursor.batch == 0 && cursor.seen > 0 {
                // The iterator ended with the last batch of the last epoch.
                self.begin_pass(source)?;
                continue;
            }
            // With arrays it is known that the last epoch of a pass is shorter.
            let short = !more && cursor.seen > 0 && cursor.batch == cursor.seen && source.steps().is_none();
            if let (true, false, Some(steps)) = (short, self.short, self.settings.steps_per_epoch) {
                self.short = true;
                warn(&format!("an epoch has {steps} steps, but the data had only {} batch(es)", cursor.seen));
            }
            cursor.open = more && source.steps().is_none_or(|steps| cursor.seen < steps);
            if !cursor.open || self.state.stopped {
                break;
            }
        }
        Ok(trained)
    }

    /// Runs one step.
    fn train(
        &mut self,
        samples: Samples<'_, M::Inputs, Targets<M, L>>,
        given: Option<&Given>,
        checked: bool,
    ) -> Result<()> {
        let batch = self.compiled.cursor.batch;
        let mut columns = core::mem::take(&mut self.columns);
        let (x, y) = (M::Inputs::shorter(samples.x), L::Targets::shorter(samples.y));
        let samples = Samples { x, y, weights: samples.weights };
        let samples = if checked { samples } else { self.check(samples, given, &mut columns)? };
        let n = samples.len();
        self.hook(&mut |callback, run| callback.on_train_batch_begin(batch, run))?;
        self.compiled.step(samples.x, samples.y, n, samples.weights, self.seed, &mut self.tally)?;
        self.columns = columns;
        let cursor = &mut self.compiled.cursor;
        (cursor.batch, cursor.seen) = (batch + 1, cursor.seen + 1);
        self.hook(&mut |callback, run| callback.on_train_batch_end(batch, run))?;
        self.progress.step(batch + 1, || self.tally.report(&self.compiled.metrics, &self.compiled.names));
        Ok(())
    }

    /// Checks a batch of an iterator, and finds its weights.
    fn check<'w>(
        &mut self,
        samples: Samples<'w, M::Inputs, Targets<M, L>>,
        given: Option<&'w Given>,
        columns: &'w mut Columns,
    ) -> Result<Samples<'w, M::Inputs, Targets<M, L>>> {
        let losses = &self.compiled.losses;
        let n = check::data::<M, L>(losses, "", samples.x, samples.y)?;
        let weights = given.map_or(Ok(Weights::NONE), |given| given.weights::<M>("sample_weight", n))?;
        let samples = Samples { weights, ..samples };
        let weights = self.settings.weigh_classes::<M, L>(losses, samples, columns)?;
        let samples = Samples { weights, ..samples };
        check::targets::<M, L>(losses, "", samples.y, weights.columns(), &mut weights.counts(n), 0)?;
        let labelled = Labelled { samples, data: Data::Training, first: 0, strict: self.strict() };
        let warnings = self.compiled.check_labels(labelled)?;
        self.print(&warnings);
        Ok(samples)
    }

    /// Returns whether warnings are errors.
    fn strict(&self) -> bool {
        self.settings.strict || self.compiled.strict
    }

    /// Prints warnings.
    fn print(&self, warnings: &[Warning]) {
        if !warnings.is_empty() {
            self.progress.aside(|| warnings.iter().for_each(Warning::print));
        }
    }
}
