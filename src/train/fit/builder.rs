//! [`Fit`]: the settings of a training run.

use super::Settings;
use crate::callbacks::Callback;
use crate::data::SampleWeight;
use crate::report::progress::Verbose;
use crate::train::validation::{Beside, Streamed};
use crate::train::weights::Given;

/// The settings of [`Compiled::fit`](crate::Compiled::fit), with Keras's names and defaults.
///
/// | setting | Keras's argument of `fit` | default |
/// |---|---|---|
/// | [`epochs`](Self::epochs) | `epochs` | 1 |
/// | [`batch_size`](Self::batch_size) | `batch_size` | 32 |
/// | [`verbose`](Self::verbose) | `verbose` | a progress bar |
/// | [`callback`](Self::callback), once for each | `callbacks` | none |
/// | [`validation_split`](Self::validation_split) | `validation_split` | 0 |
/// | [`validation_data`](Self::validation_data) | `validation_data` | none |
/// | [`shuffle`](Self::shuffle) | `shuffle` | `true` |
/// | [`class_weight`](Self::class_weight), [`class_weight_of`](Self::class_weight_of) | `class_weight` | 1 for each class |
/// | [`sample_weight`](Self::sample_weight) | `sample_weight` | 1 for each sample |
/// | [`initial_epoch`](Self::initial_epoch) | `initial_epoch` | 0 |
/// | [`steps_per_epoch`](Self::steps_per_epoch) | `steps_per_epoch` | a pass through the data |
/// | [`validation_steps`](Self::validation_steps) | `validation_steps` | a pass through the data |
/// | [`validation_batch_size`](Self::validation_batch_size) | `validation_batch_size` | that of training |
/// | [`validation_freq`](Self::validation_freq) | `validation_freq` | 1 |
/// | [`validation_batches`](Self::validation_batches) | a generator as `validation_data` | none |
/// | [`resume`](Self::resume) | `BackupAndRestore` | `false` |
/// | [`seed`](Self::seed) | `keras.utils.set_random_seed` | 0, or [`Compiled::seed`](crate::Compiled::seed) |
/// | [`strict`](Self::strict) | none | `false` |
///
/// The thread count is rayon's; it is not set here: see [`determinism`](crate::determinism).
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
    /// Makes the default settings: one epoch in shuffled batches of 32, without validation.
    pub fn new() -> Self {
        Fit::default()
    }
}

/// Training.
impl<V, C> Fit<V, C> {
    /// Sets the epoch at which training ends. The default is 1. This is the number of epochs, unless
    /// [`initial_epoch`](Self::initial_epoch) is set.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.settings.epochs = epochs;
        self
    }

    /// Sets the number of the first epoch. The default is 0. `epochs(10).initial_epoch(4)` makes 6 epochs, and the
    /// first has number 4.
    pub fn initial_epoch(mut self, epoch: usize) -> Self {
        self.settings.initial_epoch = epoch;
        self
    }

    /// Sets whether the run continues where a checkpoint or a stopped run ended, even in the middle of an epoch. Off by
    /// default. If on, [`initial_epoch`](Self::initial_epoch) is not used.
    ///
    /// With the same data, settings, callbacks and seed, the weights equal those of a run that was never stopped, bit
    /// for bit.
    ///
    /// Callbacks continue with their [memory](crate::callbacks::Callback::remember): best values, patience, lines of a
    /// log. They are found by name, so the order of different callbacks may change. If
    /// [`EarlyStopping`](crate::callbacks::EarlyStopping) had stopped the run, no further epoch is trained.
    ///
    /// The history has only the epochs of this call. If an epoch continues in its middle, its losses are means over the
    /// whole epoch, but its metrics are over the rest.
    ///
    /// A moving average of the optimizer and `restore_best_weights` change the weights when `fit` ends. If you use one
    /// of them, save checkpoints by a callback such as [`ModelCheckpoint`](crate::callbacks::ModelCheckpoint).
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

    /// Sets the number of samples of a step. The default is 32, or follows from
    /// [`steps_per_epoch`](Self::steps_per_epoch). The last batch of a pass through the data may be smaller.
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.settings.batch_size = Some(batch_size);
        self
    }

    /// Sets the number of steps of an epoch. By default an epoch is a pass through the data.
    ///
    /// As in Keras, the next epoch continues behind the last batch of this one. The end of the data ends the epoch, and
    /// the next epoch starts at the beginning of the data.
    pub fn steps_per_epoch(mut self, steps: usize) -> Self {
        self.settings.steps_per_epoch = Some(steps);
        self
    }

    /// Sets whether every pass through the data has another order. On by default.
    /// [`fit_batches`](crate::Compiled::fit_batches) does not shuffle.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.settings.shuffle = shuffle;
        self
    }

    /// Sets the seed of shuffling and of layers such as `Dropout` for this run. It replaces
    /// [`Compiled::seed`](crate::Compiled::seed).
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Turns the warnings of this run into errors. Off by default: each warning is printed once on the standard error,
    /// independent of [`verbose`](Self::verbose).
    ///
    /// The warnings are about labels that a loss cannot judge, such as 1 and 2 under a
    /// [`BinaryCrossentropy`](crate::losses::BinaryCrossentropy), and about losses that do not fit their outputs.
    /// [`Compiled::strict`](crate::Compiled::strict) does this for every call.
    ///
    /// Labels with weight 0 (of the sample, output or class) and at masked positions are skipped.
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

    /// Sets the output: a [`Verbose`], or Keras's 0, 1 or 2. Warnings about losses and data are always printed.
    pub fn verbose(mut self, verbose: impl Into<Verbose>) -> Self {
        self.settings.verbose = verbose.into();
        self
    }
}

/// Weights of samples.
impl<V, C> Fit<V, C> {
    /// Sets the weight of each sample in the loss. The default is 1. The loss of a batch is `Σ wₙ · Lₙ / N`. As in
    /// Keras, the divisor is the number of samples, not the sum of the weights.
    ///
    /// | weights | example |
    /// |---|---|
    /// | for all outputs | `[1.0, 0.5]`, a `Vec<f32>`, a `&[f64]` |
    /// | for each output, Keras's list or dict | `(&a, &b)`, `HeadlineOutputs { main: &a, aux: &b }`; `()` for 1 |
    /// | for each step of a sequence (each pixel of an image) | `[[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]]` |
    ///
    /// A sample or step of weight 0 may lack its label: NaN, or a class that does not exist. Nothing is computed from
    /// it, and nothing warns of it. (Keras computes `0 · NaN`.) The samples of
    /// [`validation_split`](Self::validation_split) keep their weights. Metrics ignore weights, except inside
    /// [`Weighted`](crate::metrics::Weighted).
    ///
    /// ```
    /// use nn::prelude::*;
    ///
    /// model! {
    ///     pub struct Two;
    ///     let x = Input(shape = [1]);
    ///     let price = Dense(1)(x);
    ///     let sold = Dense(1, activation = sigmoid)(x);
    ///     Model(inputs = x, outputs = [price, sold])
    /// }
    ///
    /// # fn main() -> nn::Result<()> {
    /// let mut two = Two::boxed(&mut StdRng::seed_from_u64(1))
    ///     .compile(Adam::default(), (MeanSquaredError, BinaryCrossentropy::default()));
    /// // Nobody knows the price of the second.
    /// let (x, price, sold) = ([1.0_f32, 2.0, 3.0], [10.0_f32, f32::NAN, 30.0], [1.0_f32, 0.0, 1.0]);
    /// let known: Vec<f32> = price.iter().map(|price| if price.is_nan() { 0.0 } else { 1.0 }).collect();
    /// let history = two.fit(&x, (&price, &sold), Fit::new().sample_weight((&known, ())).verbose(0))?;
    /// assert!(history.get("price_loss").unwrap()[0].is_finite());
    /// # Ok(())
    /// # }
    /// ```
    pub fn sample_weight(mut self, weights: impl SampleWeight) -> Self {
        self.settings.sample_weight = Some(Given::new(&weights));
        self
    }

    /// Sets the weight of each class in the training loss, as pairs of class and weight. Other classes have weight 1.
    /// Keras's dict `{0: 1.0, 1: 50.0}` is `[(0, 1.0), (1, 50.0)]`.
    ///
    /// The class of a target is the place of its largest number. If the target is a single number, the class is that
    /// number, rounded. As in Keras, the model must have one output, and validation ignores class weights. They
    /// multiply [`sample_weight`](Self::sample_weight); Keras refuses both together.
    pub fn class_weight(mut self, weights: impl IntoIterator<Item = (i64, f64)>) -> Self {
        self.settings.class_weight.retain(|(output, _)| output.is_some());
        self.settings.class_weight.push((None, weights.into_iter().collect()));
        self
    }

    /// Sets [`class_weight`](Self::class_weight) of one output, by its name. The other outputs keep theirs. Keras has
    /// class weights only for models with one output.
    ///
    /// ```
    /// use nn::prelude::*;
    ///
    /// let fit = Fit::new().class_weight_of("sold", [(0, 1.0), (1, 50.0)]);
    /// # let _ = fit;
    /// ```
    pub fn class_weight_of(mut self, output: &str, weights: impl IntoIterator<Item = (i64, f64)>) -> Self {
        self.settings.class_weight.retain(|(other, _)| other.as_deref() != Some(output));
        self.settings.class_weight.push((Some(output.into()), weights.into_iter().collect()));
        self
    }
}

/// Validation.
impl<V, C> Fit<V, C> {
    /// Sets the fraction of the samples for validation, from 0 to below 1. The default is 0. As in Keras, these are the
    /// **last** samples in the given order, so shuffle sorted data first.
    pub fn validation_split(mut self, part: f64) -> Self {
        self.settings.validation_split = part;
        self
    }

    /// Sets validation data, which every epoch evaluates at its end. It overrides
    /// [`validation_split`](Self::validation_split).
    pub fn validation_data<X, Y: Beside<X>>(self, x: X, y: Y) -> Fit<Y::Pair, C> {
        Fit { settings: self.settings, validation: (x, y).into(), callbacks: self.callbacks }
    }

    /// Sets [`validation_data`](Self::validation_data) with weights in the loss, as
    /// [`sample_weight`](Self::sample_weight) takes them.
    pub fn weighted_validation_data<X, Y, W: SampleWeight>(self, x: X, y: Y, weights: W) -> Fit<(X, Y, W), C> {
        Fit { settings: self.settings, validation: (x, y, weights), callbacks: self.callbacks }
    }

    /// Sets a source of validation batches, for data that does not fit in memory.
    ///
    /// `batches` is called at every evaluation, and returns an iterator of `(x, y)`, `(x, y, sample_weight)`, or
    /// `Result`s of these.
    pub fn validation_batches<F: FnMut() -> I, I: IntoIterator>(self, batches: F) -> Fit<Streamed<F>, C> {
        Fit { settings: self.settings, validation: Streamed(batches), callbacks: self.callbacks }
    }

    /// Sets the batch size of validation. The default is that of training. The results do not depend on it.
    pub fn validation_batch_size(mut self, batch_size: usize) -> Self {
        self.settings.validation_batch_size = Some(batch_size);
        self
    }

    /// Sets the number of batches that an evaluation uses, from the first. The default is all.
    pub fn validation_steps(mut self, steps: usize) -> Self {
        self.settings.validation_steps = Some(steps);
        self
    }

    /// Sets the number of epochs from one validation to the next. With 2 it follows the epochs 1, 3, 5 and so on,
    /// counted from 0. The default is 1.
    pub fn validation_freq(mut self, epochs: usize) -> Self {
        self.settings.validation_freq = epochs;
        self
    }
}

/// Callbacks.
impl<V, C> Fit<V, C> {
    /// Adds a callback; callbacks run in insertion order. Pass `&mut callback` to inspect it after the run.
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
