//! [`Fit`], the settings of a training run, and the calls that start one: [`Compiled::fit`], [`Compiled::fit_batches`].

use crate::callbacks::{Callback, Callbacks};
use crate::check::{self, Targets};
use crate::data::{Batches, Column, Inspect};
use crate::losses::Losses;
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::predict::BATCH_SIZE;
use crate::report::history::History;
use crate::report::progress::Verbose;
use crate::train::compile::Compiled;
use crate::train::labels::Labelled;
use crate::train::samples::{Samples, TrainingBatch};
use crate::train::session::{Checked, Session};
use crate::train::source::{Arrays, Streams};
use crate::train::validation::{Streamed, Validation};
use crate::train::warnings::Data;
use crate::{Error, Model, Result, Tensors, Warning};

/// The settings of [`Compiled::fit`], with Keras's names and defaults.
///
/// The number of threads is none of them: it is that of rayon, see [Threads](crate#threads).
///
/// ```
/// use nn::prelude::*;
///
/// let fit = Fit::new()
///     .epochs(20)
///     .batch_size(32)
///     .validation_split(0.1)
///     .class_weight([(0, 1.0), (1, 50.0)])
///     .callback(EarlyStopping::new().patience(3).restore_best_weights(true))
///     .verbose(Verbose::Silent);
/// # let _ = fit;
/// ```
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until `fit` gets them"]
pub struct Fit<V = (), C = ()> {
    pub(crate) settings: Settings,
    pub(crate) validation: V,
    pub(crate) callbacks: C,
}

/// The settings that are plain values.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) epochs: usize,
    pub(crate) initial_epoch: usize,
    pub(crate) resume: bool,
    pub(crate) batch_size: Option<usize>,
    pub(crate) steps_per_epoch: Option<usize>,
    pub(crate) shuffle: bool,
    pub(crate) validation_split: f64,
    pub(crate) validation_batch_size: Option<usize>,
    pub(crate) validation_steps: Option<usize>,
    pub(crate) validation_freq: usize,
    pub(crate) class_weight: Option<Vec<(i64, f64)>>,
    pub(crate) sample_weight: Option<Vec<f64>>,
    pub(crate) seed: Option<u64>,
    pub(crate) strict: bool,
    pub(crate) verbose: Verbose,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            epochs: 1,
            initial_epoch: 0,
            resume: false,
            batch_size: None,
            steps_per_epoch: None,
            shuffle: true,
            validation_split: 0.0,
            validation_batch_size: None,
            validation_steps: None,
            validation_freq: 1,
            class_weight: None,
            sample_weight: None,
            seed: None,
            strict: false,
            verbose: Verbose::Auto,
        }
    }
}

impl Default for Fit {
    fn default() -> Self {
        Fit { settings: Settings::default(), validation: (), callbacks: () }
    }
}

impl Fit {
    /// The defaults: one epoch in shuffled batches of 32, no validation.
    pub fn new() -> Self {
        Fit::default()
    }
}

/// Training.
impl<V, C> Fit<V, C> {
    /// The epoch at which training ends, which is their number unless [`initial_epoch`](Self::initial_epoch) is set; 1 by
    /// default.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.settings.epochs = epochs;
        self
    }

    /// The number of the first epoch, 0 by default: `epochs(10).initial_epoch(4)` makes 6 epochs, the first numbered 4.
    pub fn initial_epoch(mut self, epoch: usize) -> Self {
        self.settings.initial_epoch = epoch;
        self
    }

    /// Whether the run goes on where a checkpoint or a stopped run ended, even in the middle of an epoch, instead of at
    /// [`initial_epoch`](Self::initial_epoch); off by default.
    ///
    /// With the same data, settings, callbacks and seed the weights are then, bit for bit, those of a run that was never
    /// stopped. Callbacks go on with what they [remember](crate::callbacks::Callback::remember): best values, patience,
    /// lines of a log. They are found by their names, so the order of different callbacks may change. If one of them had
    /// stopped the run ([`EarlyStopping`](crate::callbacks::EarlyStopping)), no further epoch is trained. The history has
    /// the epochs of this call. In an epoch that goes on in its middle, losses are means of the whole epoch, but metrics
    /// are those of the rest.
    ///
    /// Save checkpoints by a callback such as [`ModelCheckpoint`](crate::callbacks::ModelCheckpoint) if an optimizer with a
    /// moving average or `restore_best_weights` is used: these change the weights when `fit` ends.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Line; Sequential([Input(shape = [1]), Dense(1)]) }
    /// # fn main() -> nn::Result<()> {
    /// # let (x, y) = ([0.0_f32, 1.0, 2.0, 3.0], [1.0_f32, 3.0, 5.0, 7.0]);
    /// # let path = std::env::temp_dir().join(format!("nn-resume-{}.safetensors", std::process::id()));
    /// # let new = || Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), MeanSquaredError);
    /// let ten = Fit::new().epochs(10).batch_size(2).verbose(0);
    /// let mut whole = new();
    /// whole.fit(&x, &y, ten.clone())?;
    ///
    /// let mut first = new();
    /// let stop = LambdaCallback::new().on_train_batch_end(|_, run| {
    ///     if run.steps() == 7 {
    ///         run.stop(); // in the middle of the fourth epoch
    ///     }
    ///     Ok(())
    /// });
    /// first.fit(&x, &y, ten.clone().callback(stop))?;
    /// first.save_checkpoint(&path)?;
    ///
    /// let mut second = new();
    /// second.load_checkpoint(&path)?;
    /// second.fit(&x, &y, ten.resume(true))?;
    /// assert_eq!(second.model(), whole.model());
    /// # std::fs::remove_file(path).ok();
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume(mut self, resume: bool) -> Self {
        self.settings.resume = resume;
        self
    }

    /// How many samples a step sees; 32 by default, or with [`steps_per_epoch`](Self::steps_per_epoch) as many as make
    /// that number of steps. The last batch of a pass through the data may be smaller.
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.settings.batch_size = Some(batch_size);
        self
    }

    /// How many steps are an epoch; by default as many as there are batches.
    ///
    /// As in Keras, the next epoch goes on behind the last batch of this one. Where the data ends the epoch ends, and
    /// the next one begins with the data from its start.
    pub fn steps_per_epoch(mut self, steps: usize) -> Self {
        self.settings.steps_per_epoch = Some(steps);
        self
    }

    /// Whether every pass through the data has the samples in another order; on by default.
    /// [`fit_batches`](Compiled::fit_batches) takes its batches as they come.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.settings.shuffle = shuffle;
        self
    }

    /// The seed of shuffling and of layers such as `Dropout`, for this run instead of that of
    /// [`Compiled::seed`].
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Makes errors of all warnings of this run: labels that a loss cannot judge, such as 1 and 2 under a
    /// [`BinaryCrossentropy`](crate::losses::BinaryCrossentropy), and losses that do not fit their outputs. Off by default:
    /// such a run is warned of on the standard error, once, whatever [`verbose`](Self::verbose) says.
    /// [`Compiled::strict`] does so for every call.
    ///
    /// Labels that do not count are not looked at: those of samples, outputs or classes with the weight 0, and masked
    /// positions.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Yes; Sequential([Input(shape = [1]), Dense(1, activation = sigmoid)]) }
    /// # fn main() {
    /// # let mut yes = Yes::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), BinaryCrossentropy::default());
    /// let (x, labels) = ([0.5_f32, 1.5, 2.5], [0.0_f32, 1.0, 255.0]);
    /// assert!(yes.fit(&x, &labels, Fit::new().strict(true)).is_err());
    /// // A sample that does not count is not blamed.
    /// assert!(yes.fit(&x, &labels, Fit::new().strict(true).sample_weight([1.0, 1.0, 0.0]).verbose(0)).is_ok());
    /// # }
    /// ```
    pub fn strict(mut self, strict: bool) -> Self {
        self.settings.strict = strict;
        self
    }

    /// What is printed: a [`Verbose`], or Keras's 0, 1 or 2. Warnings about losses and data are printed in any case.
    pub fn verbose(mut self, verbose: impl Into<Verbose>) -> Self {
        self.settings.verbose = verbose.into();
        self
    }
}

/// Weights of samples.
impl<V, C> Fit<V, C> {
    /// How much each sample counts in the loss; 1 by default. The loss of a batch is `Σ wₙ · Lₙ / N`: it is divided by
    /// the number of samples, as in Keras, not by the sum of the weights.
    ///
    /// With several outputs a weight holds for all of them. The part that
    /// [`validation_split`](Self::validation_split) keeps takes its weights along. Metrics do not look at them.
    pub fn sample_weight(mut self, weights: impl Into<Vec<f64>>) -> Self {
        self.settings.sample_weight = Some(weights.into());
        self
    }

    /// How much the samples of each class count in the training loss, as pairs of class and weight; 1 for classes that
    /// are not named. Keras's dict `{0: 1.0, 1: 50.0}` is `[(0, 1.0), (1, 50.0)]`.
    ///
    /// The class is the place of the largest number of a target, or the target itself, rounded, where it is one number.
    /// As in Keras: only for one output, only without [`sample_weight`](Self::sample_weight), and not in validation.
    pub fn class_weight(mut self, weights: impl IntoIterator<Item = (i64, f64)>) -> Self {
        self.settings.class_weight = Some(weights.into_iter().collect());
        self
    }
}

/// Validation.
impl<V, C> Fit<V, C> {
    /// Which part of the samples, from 0 to below 1, is kept for validation; 0 by default. As in Keras these are the
    /// **last** samples, as they come, so sorted data must be shuffled before.
    pub fn validation_split(mut self, part: f64) -> Self {
        self.settings.validation_split = part;
        self
    }

    /// Data for validation, evaluated after every epoch. It overrides [`validation_split`](Self::validation_split).
    pub fn validation_data<X, Y>(self, x: X, y: Y) -> Fit<(X, Y), C> {
        Fit { settings: self.settings, validation: (x, y), callbacks: self.callbacks }
    }

    /// [`validation_data`](Self::validation_data) with a weight for each sample in the loss.
    pub fn weighted_validation_data<X, Y, W: Column<Item = f64>>(self, x: X, y: Y, weights: W) -> Fit<(X, Y, W), C> {
        Fit { settings: self.settings, validation: (x, y, weights), callbacks: self.callbacks }
    }

    /// Batches for validation, for data that does not fit in memory: `batches` is called for every evaluation and gives
    /// an iterator of `(x, y)` or `(x, y, sample_weight)`, or of `Result`s of these.
    pub fn validation_batches<F: FnMut() -> I, I: IntoIterator>(self, batches: F) -> Fit<Streamed<F>, C> {
        Fit { settings: self.settings, validation: Streamed(batches), callbacks: self.callbacks }
    }

    /// The size of the batches in which validation works; that of training by default. The results are the same.
    pub fn validation_batch_size(mut self, batch_size: usize) -> Self {
        self.settings.validation_batch_size = Some(batch_size);
        self
    }

    /// How many batches an evaluation takes, from the first on; all by default.
    pub fn validation_steps(mut self, steps: usize) -> Self {
        self.settings.validation_steps = Some(steps);
        self
    }

    /// After every how many epochs there is a validation: with 2 after the epochs 1, 3, 5 and so on, counted from 0.
    pub fn validation_freq(mut self, epochs: usize) -> Self {
        self.settings.validation_freq = epochs;
        self
    }
}

/// Callbacks.
impl<V, C> Fit<V, C> {
    /// Adds a callback, behind those added before. A `&mut` of one does as well, and can be asked afterwards.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Line; Sequential([Input(shape = [1]), Dense(1)]) }
    /// # fn main() -> nn::Result<()> {
    /// # let (x, y) = ([0.0_f32, 1.0, 2.0, 3.0], [1.0_f32, 3.0, 5.0, 7.0]);
    /// # let mut line = Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), MeanSquaredError);
    /// let mut stopping = EarlyStopping::new().monitor("loss").min_delta(1.0);
    /// line.fit(&x, &y, Fit::new().epochs(9).callback(&mut stopping).callback(TerminateOnNaN::new()).verbose(0))?;
    /// assert_eq!(stopping.stopped_epoch(), Some(1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn callback<A: Callback>(self, callback: A) -> Fit<V, (C, A)> {
        Fit { settings: self.settings, validation: self.validation, callbacks: (self.callbacks, callback) }
    }
}

/// `batch_size` if it is given, else what makes `steps` batches of `count` samples, else Keras's default.
pub(crate) fn batch_size(given: Option<usize>, steps: Option<usize>, count: usize) -> usize {
    given.or(steps.map(|steps| count.div_ceil(steps))).unwrap_or(BATCH_SIZE)
}

/// What the weights of samples and classes have to be, if this one is not allowed.
fn expected_weight(weight: f64) -> Option<&'static str> {
    match weight.is_finite() {
        false => Some("finite numbers"),
        true if weight < 0.0 => Some("numbers of at least 0"),
        true => None,
    }
}

impl Settings {
    /// Checks what does not depend on the data.
    fn check(&self) -> Result<()> {
        let numbers = [
            ("batch_size", self.batch_size),
            ("validation_batch_size", self.validation_batch_size),
            ("steps_per_epoch", self.steps_per_epoch),
            ("validation_steps", self.validation_steps),
            ("validation_freq", Some(self.validation_freq)),
        ];
        for (name, number) in numbers {
            if number == Some(0) {
                return Err(Error::setting(name, "at least 1", 0));
            }
        }
        let part = self.validation_split;
        if !(0.0..1.0).contains(&part) {
            return Err(Error::setting("validation_split", "a part from 0 to below 1", part));
        }
        if self.class_weight.is_some() && self.sample_weight.is_some() {
            return Err(Error::setting("class_weight", "no `sample_weight` beside it", "both"));
        }
        for (class, weight) in self.class_weight.iter().flatten() {
            if let Some(expected) = expected_weight(*weight) {
                return Err(Error::setting("class_weight", expected, format!("{weight} for class {class}")));
            }
        }
        Ok(())
    }

    /// How many of `count` samples are for training, if a part of them is for validation.
    fn split(&self, count: usize) -> Result<usize> {
        let part = self.validation_split;
        if part == 0.0 {
            return Ok(count);
        }
        let training = (count as f64 * (1.0 - part)).floor() as usize;
        if training == 0 || training == count {
            let empty = if training == 0 { "training" } else { "validation" };
            let got = format!("{part} of {count} sample(s), which leaves none for {empty}");
            return Err(Error::setting("validation_split", "a part that leaves samples on both sides", got));
        }
        Ok(training)
    }

    /// Checks the weights of `count` samples.
    pub(crate) fn check_weights(name: &'static str, weights: &[f64], count: usize) -> Result<()> {
        if weights.len() != count {
            return Err(Error::setting(name, format!("{count} numbers, one for each sample"), weights.len()));
        }
        for (k, &weight) in weights.iter().enumerate() {
            if let Some(expected) = expected_weight(weight) {
                return Err(Error::setting(name, expected, format!("{weight} for sample {k}")));
            }
        }
        Ok(())
    }

    /// What `class_weight` makes of the targets: a weight for each sample, in `weights`.
    pub(crate) fn weigh_classes<Y: Inspect>(&self, targets: Y::Batch<'_>, weights: &mut Vec<f64>) -> Result<()> {
        let Some(classes) = &self.class_weight else { return Ok(()) };
        if Y::COUNT > 1 {
            return Err(Error::setting("class_weight", "a model with one output", Y::COUNT));
        }
        let mut several = false;
        weights.clear();
        Y::classes(targets, &mut |class| {
            several |= class.is_none();
            // Keras's rounding, and its cast.
            let class = class.unwrap_or(0.0).round_ties_even() as i64;
            // In a dict the last value of a key counts.
            let weight = classes.iter().rev().find(|(other, _)| *other == class);
            weights.push(weight.map_or(1.0, |(_, weight)| *weight));
        });
        if several {
            return Err(Error::setting("class_weight", "targets with one position", "targets with several"));
        }
        Ok(())
    }
}

impl<M, O, L, K> Compiled<M, O, L, K>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs, Targets: Inspect>,
    K: Metrics<M::Outputs, L::Targets>,
{
    /// Trains the model on inputs `x` and targets `y`.
    ///
    /// The losses and metrics of an epoch are those of its batches before each step, as in Keras; the means are over
    /// samples, so a smaller last batch counts for less. A second call goes on where the first ended, with new numbers of
    /// epochs.
    ///
    /// # Errors
    /// If data is empty, differs in its numbers of samples, holds NaN or infinity, or has targets that the losses cannot
    /// judge, if a setting makes no sense, or if a callback monitors what is not reported. Nothing has changed then.
    /// Also if a callback fails later.
    pub fn fit<V: Validation<M::Inputs, Targets<M, L>>, C: Callbacks>(
        &mut self,
        x: impl Batches<M::Inputs>,
        y: impl Batches<Targets<M, L>>,
        fit: Fit<V, C>,
    ) -> Result<History> {
        let Fit { settings, mut validation, callbacks } = fit;
        settings.check()?;
        let strict = settings.strict || self.strict;
        self.check_settings(strict)?;
        self.said.clear();
        let (x, y) = (x.batches(), y.batches());
        let count = check::data::<M, L>(&self.losses, "", x, y)?;
        let weights = settings.sample_weight.as_deref();
        if let Some(weights) = weights {
            Settings::check_weights("sample_weight", weights, count)?;
        }
        let all = Samples::<M::Inputs, L::Targets> { x, y, weights: weights.unwrap_or(&[]) };
        let checked = Checked::new(self, &mut validation)?;
        let (training, checked, first) = match checked {
            Checked::None => match settings.split(count)? {
                training if training == count => (all, checked, 0),
                training => (all.slice(0..training), Checked::Whole(all.slice(training..count)), training),
            },
            _ => (all, checked, 0),
        };
        let mut classes = Vec::new();
        settings.weigh_classes::<L::Targets>(training.y, &mut classes)?;
        let weights = if classes.is_empty() { training.weights } else { &classes };
        let training = Samples { weights, ..training };
        let labelled = Labelled { samples: training, data: Data::Training, first: 0, strict };
        let mut warnings = self.check_labels(labelled)?;
        if let Checked::Whole(samples) = checked {
            // Those of a split are numbered as they came.
            warnings.extend(self.check_labels(Labelled { samples, data: Data::Validation, first, strict })?);
        }
        warnings.iter().for_each(Warning::print);

        let batch_size = batch_size(settings.batch_size, settings.steps_per_epoch, training.len());
        let seed = settings.seed.unwrap_or(self.seed);
        let mut source = Arrays::new(training, batch_size, settings.shuffle.then_some(seed));
        Session::new(self, &settings, callbacks).run(&mut source, true, checked)
    }

    /// Trains the model on batches from iterators, for data that does not fit in memory or is made while training runs.
    ///
    /// `batches` is called for every pass through the data, with the number of passes before, and gives an iterator of
    /// batches: `(x, y)` or `(x, y, sample_weight)`, of any size, any number of them, or `Result`s of these, whose first
    /// `Err` ends the run. A pass is an epoch, unless
    /// [`Fit::steps_per_epoch`] says that an epoch is a number of steps; an iterator may then be endless.
    /// The number of the pass serves to shuffle; a resumed run passes over the batches that it has seen. A warning says if a
    /// later pass has fewer batches than the first.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Line; Sequential([Input(shape = [1]), Dense(1)]) }
    /// # fn main() -> nn::Result<()> {
    /// # let mut line = Line::boxed(&mut StdRng::seed_from_u64(1))
    /// #     .compile(Sgd { learning_rate: 0.1, ..Sgd::default() }, MeanSquaredError);
    /// // Batches that are computed, or read from files, one at a time.
    /// let batch = |k: usize| {
    ///     let x = [k as f32 / 8.0, 1.0];
    ///     (x, x.map(|x| 2.0 * x + 1.0))
    /// };
    /// line.fit_batches(|_pass| (0..8).map(batch), Fit::new().epochs(50).verbose(0))?;
    ///
    /// // An endless stream: 100 steps are an epoch.
    /// line.fit_batches(|_| (0..).map(|k| batch(k % 8)), Fit::new().epochs(2).steps_per_epoch(100).verbose(0))?;
    ///
    /// // From a channel, which another thread fills.
    /// let (sender, receiver) = std::sync::mpsc::sync_channel(4);
    /// let reader = std::thread::spawn(move || (0..8).try_for_each(|k| sender.send(batch(k))));
    /// line.fit_batches(|_| receiver.iter(), Fit::new().verbose(0))?;
    /// # reader.join().unwrap().unwrap();
    ///
    /// // A source that can fail: the run ends with its error.
    /// let broken = (0..8).map(|k| if k < 5 { Ok(batch(k)) } else { Err(format!("no file {k}")) });
    /// let error = line.fit_batches(|_| broken.clone(), Fit::new().verbose(0)).unwrap_err();
    /// assert_eq!(error.to_string(), "no file 5");
    /// assert!(line.evaluate_batches((0..8).map(batch))?.loss < 1e-3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit); also if there is no batch, and the error of a batch that is an `Err`. A batch is checked when
    /// it comes: the run then ends with the error, and what was learned before remains.
    pub fn fit_batches<F, I, V: Validation<M::Inputs, Targets<M, L>>, C: Callbacks>(
        &mut self,
        batches: F,
        fit: Fit<V, C>,
    ) -> Result<History>
    where
        F: FnMut(usize) -> I,
        I: IntoIterator<Item: TrainingBatch<M::Inputs, Targets<M, L>>>,
    {
        let Fit { settings, mut validation, callbacks } = fit;
        settings.check()?;
        let strict = settings.strict || self.strict;
        self.check_settings(strict)?;
        self.said.clear();
        if settings.validation_split != 0.0 {
            return Err(Error::setting(
                "validation_split",
                "0 where batches come from iterators",
                settings.validation_split,
            ));
        }
        if settings.sample_weight.is_some() {
            return Err(Error::setting("sample_weight", "batches `(x, y, sample_weight)` instead", "one for all"));
        }
        if settings.class_weight.is_some() && M::Outputs::COUNT > 1 {
            return Err(Error::setting("class_weight", "a model with one output", M::Outputs::COUNT));
        }
        let checked = Checked::new(self, &mut validation)?;
        if let Checked::Whole(samples) = checked {
            let labelled = Labelled { samples, data: Data::Validation, first: 0, strict };
            self.check_labels(labelled)?.iter().for_each(Warning::print);
        }
        Session::new(self, &settings, callbacks).run(&mut Streams::new(batches), false, checked)
    }
}
