//! [`Session`]: one call of `fit`, from the first to the last epoch.

use crate::callbacks::{Callback, CallbackMemory, Callbacks, Live, Run, State};
use crate::check::{self, Targets};
use crate::data::Inspect;
use crate::losses::Losses;
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::report::history::{History, Params, with_validation};
use crate::report::progress::{Progress, warn};
use crate::report::values::Report;
use crate::train::compile::Compiled;
use crate::train::evaluate::Evaluation;
use crate::train::fit::{Settings, batch_size};
use crate::train::labels::Labelled;
use crate::train::samples::Samples;
use crate::train::source::{Pass, Source};
use crate::train::totals::Tally;
use crate::train::validation::Validation;
use crate::train::warnings::Data;
use crate::{Error, Model, Result, Tensors, Warning};

/// How far training has come: what a checkpoint remembers beside weights and optimizer, so that
/// [`Fit::resume`](crate::Fit::resume) can go on at this very batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Place {
    /// The epoch that goes on or comes next.
    pub(crate) epoch: usize,
    /// Whether callbacks know that it has begun.
    pub(crate) begun: bool,
    /// How many of its steps are done.
    pub(crate) batch: usize,
    /// The sums of losses over these steps.
    pub(crate) sums: Vec<f64>,
    /// How many passes through the data were begun.
    pub(crate) passes: usize,
    /// The number of steps made when the last one began.
    pub(crate) pass_step: u64,
    /// How many batches of it were seen.
    pub(crate) seen: usize,
    /// Whether it goes on.
    pub(crate) open: bool,
    /// What the callbacks remember, by their names.
    pub(crate) memories: Vec<(String, CallbackMemory)>,
}

impl Place {
    /// Begins a pass after `step` steps.
    fn begin(&mut self, step: u64) {
        (self.passes, self.pass_step, self.seen, self.open) = (self.passes.saturating_add(1), step, 0, true);
    }

    /// The pass that goes on.
    fn pass(&self) -> Pass {
        Pass { number: self.passes.saturating_sub(1), step: self.pass_step, seen: self.seen }
    }
}

/// Data for validation that has been checked, as far as it can be.
pub(crate) enum Checked<'a, X: Tensors, Y: Tensors> {
    None,
    Whole(Samples<'a, X, Y>),
    Streams(&'a mut dyn Validation<X, Y>),
}

impl<'a, X: Tensors, Y: Tensors> Checked<'a, X, Y> {
    pub(crate) fn new<M, O, L, K>(
        compiled: &Compiled<M, O, L, K>,
        validation: &'a mut dyn Validation<X, Y>,
    ) -> Result<Self>
    where
        M: Model<Inputs = X>,
        L: Losses<M::Outputs, Targets = Y>,
        Y: Inspect,
    {
        if validation.streams() {
            return Ok(Checked::Streams(validation));
        }
        let Some(samples) = validation.whole() else { return Ok(Checked::None) };
        let count = check::data::<M, L>(&compiled.losses, "validation ", samples.x, samples.y)?;
        if !samples.weights.is_empty() {
            Settings::check_weights("weighted_validation_data", samples.weights, count)?;
        }
        Ok(Checked::Whole(samples))
    }
}

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
    /// What `class_weight` makes of a batch.
    weights: Vec<f64>,
    /// Whether it was stopped in the middle of an epoch. A later run goes on there, and its callbacks see the end of this epoch:
    /// what they remember is from before this end.
    broken: bool,
    /// Whether it was said that a pass is shorter than an epoch.
    short: bool,
    /// How many batches the first validation had.
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
            weights: Vec::new(),
            broken: false,
            short: false,
            validated: None,
        }
    }

    /// Trains. The batches of `source` have been `checked`, or will be when they come.
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
            self.compiled.place = Place { epoch: initial_epoch, ..Place::default() };
        }
        let mut history = History::new(params);
        let trained = self.epochs(source, checked, &mut validation, steps, &mut history);
        let ended = trained.and_then(|()| {
            if epochs > 0 {
                self.compiled.finish();
            }
            self.hook(|callback, run| callback.on_train_end(run))
        });
        self.remember();
        self.state.print();
        ended.map(|()| history)
    }

    /// All epochs.
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
        // Where callbacks have stopped it, the run was over when it was interrupted.
        let first = if self.state.stopped { epochs } else { self.compiled.place.epoch };
        if self.compiled.place.open && first < epochs {
            source.start(self.compiled.place.pass())?;
        }
        for epoch in first..epochs {
            let place = &mut self.compiled.place;
            let resumed = core::mem::replace(&mut place.begun, true);
            self.progress.begin(epoch, steps);
            self.tally = if place.batch > 0 { Tally::of(&place.sums) } else { Tally::new() };
            self.state.begin_epoch(epoch);
            if !resumed {
                self.hook(|callback, run| callback.on_epoch_begin(epoch, run))
                    .inspect_err(|_| self.compiled.place.begun = false)?;
            }
            let place = &self.compiled.place;
            if place.batch == 0 && (!place.open || (!resumed && steps_per_epoch.is_none())) {
                self.begin_pass(source)?;
            }
            let trained = self.epoch(source, checked)?;
            let batches = self.compiled.place.batch;
            if batches == 0 {
                return Err(Error::Empty { tensor: format!("the batches of epoch {epoch}") });
            }
            let place = &mut self.compiled.place;
            // A stopped epoch goes on where it stopped, unless that was its end.
            if !self.state.stopped || !place.open || Some(batches) == steps_per_epoch {
                (place.epoch, place.begun, place.batch) = (epoch + 1, false, 0);
            } else {
                self.remember();
                self.broken = true;
            }
            if self.tally.is_empty() {
                // An old checkpoint, which was made after the last step of this epoch, without the sums.
                continue;
            }
            history.params.steps = steps.unwrap_or(batches);
            let report = self.tally.report(&self.compiled.metrics, &self.compiled.names);
            let due = (epoch + 1).is_multiple_of(self.settings.validation_freq);
            let validated = if due { self.validate(validation)? } else { None };
            let mut logs: Vec<_> = with_validation(&report, validated.as_ref()).collect();
            if trained == 0 {
                // The checkpoint has the sums of losses, but not those of metrics.
                let metrics = self.compiled.names.metrics(M::Outputs::COUNT);
                logs.retain(|(name, _)| !metrics.contains(name));
            }
            self.state.logs = Some(logs);
            self.hook(|callback, run| callback.on_epoch_end(epoch, run))?;
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
        self.compiled.place.begin(step);
        source.start(self.compiled.place.pass())
    }

    /// Tells the callbacks that training begins, and in a run that goes on what they remembered.
    fn begin(&mut self, params: Params, validates: bool) -> Result<()> {
        let names = self.compiled.names.sorted().map(String::from);
        self.state.names = names.collect();
        if validates {
            let validation: Vec<_> = self.state.names.iter().map(|name| format!("val_{name}")).collect();
            self.state.names.extend(validation);
        }
        let added = &mut self.state.names;
        self.state.measured = added.len();
        self.callbacks.each(&mut |callback| {
            added.extend(callback.logged());
            Ok(())
        })?;
        (self.state.params, self.state.validates) = (params, validates);
        self.state.logs = Some(Vec::new());
        let mut memories = if self.settings.resume { self.compiled.place.memories.clone() } else { Vec::new() };
        self.call(|callback, run| {
            let name = callback.name();
            let known = memories.iter().position(|(other, _)| *other == name);
            run.state.memory = known.map(|known| memories.remove(known).1);
            let begun = callback.on_train_begin(run);
            run.state.memory = None;
            begun
        })
    }

    /// Notes what a later run has to know of this one.
    fn remember(&mut self) {
        if self.broken {
            return;
        }
        self.compiled.place.sums = self.tally.sums();
        self.compiled.place.memories = memories(&mut self.callbacks);
    }

    /// The steps of an epoch; how many there were.
    fn epoch(&mut self, source: &mut dyn Source<M::Inputs, Targets<M, L>>, checked: bool) -> Result<usize> {
        let mut trained = 0;
        while self.settings.steps_per_epoch.is_none_or(|steps| self.compiled.place.batch < steps) {
            let more = source.next(&mut |samples| self.train(samples, checked))?;
            let place = &mut self.compiled.place;
            if more {
                trained += 1;
            } else if place.batch == 0 && place.seen > 0 {
                // An iterator had nothing behind the last batch of the last epoch.
                self.begin_pass(source)?;
                continue;
            }
            // With arrays, the last epoch of a pass is known to be shorter.
            let short = !more && place.seen > 0 && place.batch == place.seen && source.steps().is_none();
            if let (true, false, Some(steps)) = (short, self.short, self.settings.steps_per_epoch) {
                self.short = true;
                warn(&format!("an epoch has {steps} steps, but the data had only {} batch(es)", place.seen));
            }
            place.open = more && source.steps().is_none_or(|steps| place.seen < steps);
            if !place.open || self.state.stopped {
                break;
            }
        }
        Ok(trained)
    }

    /// One step.
    fn train(&mut self, samples: Samples<'_, M::Inputs, Targets<M, L>>, checked: bool) -> Result<()> {
        let batch = self.compiled.place.batch;
        let n = if checked { samples.len() } else { self.check(samples)? };
        self.hook(|callback, run| callback.on_train_batch_begin(batch, run))?;
        let weights = if checked || self.settings.class_weight.is_none() { samples.weights } else { &self.weights };
        self.compiled.step(samples.x, samples.y, n, weights, self.seed, &mut self.tally)?;
        let place = &mut self.compiled.place;
        (place.batch, place.seen) = (batch + 1, place.seen + 1);
        self.hook(|callback, run| callback.on_train_batch_end(batch, run))?;
        self.progress.step(batch + 1, || self.tally.report(&self.compiled.metrics, &self.compiled.names));
        Ok(())
    }

    /// Checks a batch of an iterator, and makes weights of its classes.
    fn check(&mut self, samples: Samples<'_, M::Inputs, Targets<M, L>>) -> Result<usize> {
        let n = check::data::<M, L>(&self.compiled.losses, "", samples.x, samples.y)?;
        if !samples.weights.is_empty() {
            Settings::check_weights("sample_weight", samples.weights, n)?;
            if self.settings.class_weight.is_some() {
                return Err(Error::setting("class_weight", "no `sample_weight` beside it", "both"));
            }
        }
        self.settings.weigh_classes::<L::Targets>(samples.y, &mut self.weights)?;
        let (x, y) = (M::Inputs::shorter(samples.x), L::Targets::shorter(samples.y));
        let weights = if self.settings.class_weight.is_none() { samples.weights } else { &self.weights };
        let samples = Samples { x, y, weights };
        let labelled = Labelled { samples, data: Data::Training, first: 0, strict: self.strict() };
        let warnings = self.compiled.check_labels(labelled)?;
        self.print(&warnings);
        Ok(n)
    }

    /// Whether warnings are errors.
    fn strict(&self) -> bool {
        self.settings.strict || self.compiled.strict
    }

    /// Prints warnings.
    fn print(&self, warnings: &[Warning]) {
        if !warnings.is_empty() {
            self.progress.aside(|| warnings.iter().for_each(Warning::print));
        }
    }

    /// Evaluates the data for validation.
    fn validate(&mut self, validation: &mut Checked<'_, M::Inputs, Targets<M, L>>) -> Result<Option<Report>> {
        let steps = self.settings.validation_steps;
        if matches!(validation, Checked::None) {
            return Ok(None);
        }
        self.call(|callback, run| callback.on_test_begin(run))?;
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
                streams.each(steps, &mut |samples| {
                    let strict = self.strict();
                    let (n, warnings) = evaluation.check(self.compiled, Data::Validation, samples, strict)?;
                    self.print(&warnings);
                    self.test(&mut evaluation, samples, n, batch)?;
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
        self.hook_with(&evaluation.tally, |callback, run| callback.on_test_end(run))?;
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
        self.hook_with(&evaluation.tally, |callback, run| callback.on_test_batch_begin(batch, run))?;
        evaluation.add(self.compiled, samples, n);
        self.hook_with(&evaluation.tally, |callback, run| callback.on_test_batch_end(batch, run))
    }

    /// Calls a hook of all callbacks, and writes the checkpoints that they ask for.
    fn hook(&mut self, call: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>) -> Result<()> {
        let called = self.call(call);
        if self.state.pending.is_empty() {
            return called;
        }
        let saved = self.save_pending();
        called.and(saved)
    }

    /// Calls a hook of all callbacks.
    fn call(&mut self, call: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>) -> Result<()> {
        let Session { compiled, callbacks, state, tally, .. } = self;
        run_hook(compiled, callbacks, state, tally, call)
    }

    /// The same with the numbers of an evaluation. Its checkpoints are written after the end of the epoch.
    fn hook_with(
        &mut self,
        tally: &Tally<K::State>,
        call: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>,
    ) -> Result<()> {
        let Session { compiled, callbacks, state, .. } = self;
        run_hook(compiled, callbacks, state, tally, call)
    }

    /// Writes the checkpoints that callbacks have asked for. All have had their turn, so they remember the same moment.
    fn save_pending(&mut self) -> Result<()> {
        let pending = core::mem::take(&mut self.state.pending);
        if pending.is_empty() {
            return Ok(());
        }
        self.remember();
        #[cfg(feature = "files")]
        pending.iter().try_for_each(|path| self.compiled.save_checkpoint(path))?;
        Ok(())
    }
}

fn run_hook<M, O, L, K>(
    compiled: &mut Compiled<M, O, L, K>,
    callbacks: &mut impl Callbacks,
    state: &mut State,
    tally: &Tally<K::State>,
    mut call: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>,
) -> Result<()>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs>,
    K: Metrics<M::Outputs, L::Targets>,
{
    let mut live = Live { compiled, tally };
    let mut run = Run { state, training: &mut live };
    let mut failed = Ok(());
    let all = callbacks.each(&mut |callback| match call(callback, &mut run) {
        // A checkpoint is of a moment at which all have had their turn.
        Err(error) if !run.state.pending.is_empty() && failed.is_ok() => {
            failed = Err(error);
            Ok(())
        }
        other => other,
    });
    failed.and(all)
}

/// What the callbacks remember, with their names.
fn memories(callbacks: &mut impl Callbacks) -> Vec<(String, CallbackMemory)> {
    let mut memories = Vec::new();
    let all = callbacks.each(&mut |callback| {
        let mut memory = CallbackMemory::default();
        callback.remember(&mut memory);
        memories.push((callback.name(), memory));
        Ok(())
    });
    // The closure does not fail.
    debug_assert!(all.is_ok());
    memories
}
