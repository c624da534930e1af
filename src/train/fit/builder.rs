//! [`Fit`], the settings of a training run as a user writes them.

use super::Settings;
use crate::callbacks::Callback;
use crate::data::Column;
use crate::report::progress::Verbose;
use crate::train::validation::Streamed;

/// The settings of [`Compiled::fit`](crate::Compiled::fit), with Keras's names and defaults.
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
    /// The epoch at which training ends, which is their number unless [`initial_epoch`](Self::initial_epoch) is set; 1
    /// by default.
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
    /// With the same data, settings, callbacks and seed the weights are then, bit for bit, those of a run that was
    /// never stopped. Callbacks go on with what they [remember](crate::callbacks::Callback::remember): best values,
    /// patience, lines of a log. They are found by their names, so the order of different callbacks may change. If one
    /// of them had stopped the run ([`EarlyStopping`](crate::callbacks::EarlyStopping)), no further epoch is trained.
    /// The history has the epochs of this call. In an epoch that goes on in its middle, losses are means of the whole
    /// epoch, but metrics are those of the rest.
    ///
    /// Save checkpoints by a callback such as [`ModelCheckpoint`](crate::callbacks::ModelCheckpoint) if an optimizer
    /// with a moving average or `restore_best_weights` is used: these change the weights when `fit` ends.
    ///
    /// ```
    /// use nn::prelude::*;
    /// use nn::callbacks::LambdaCallback;
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
    /// [`fit_batches`](crate::Compiled::fit_batches) takes its batches as they come.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.settings.shuffle = shuffle;
        self
    }

    /// The seed of shuffling and of layers such as `Dropout`, for this run instead of that of
    /// [`Compiled::seed`](crate::Compiled::seed).
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Makes errors of all warnings of this run: labels that a loss cannot judge, such as 1 and 2 under a
    /// [`BinaryCrossentropy`](crate::losses::BinaryCrossentropy), and losses that do not fit their outputs. Off by
    /// default: such a run is warned of on the standard error, once, whatever [`verbose`](Self::verbose) says.
    /// [`Compiled::strict`](crate::Compiled::strict) does so for every call.
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
    /// use nn::callbacks::TerminateOnNaN;
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
