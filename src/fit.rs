//! [`Fit`], the settings of a training run, and [`Compiled::fit`].

use crate::check::{self, Targets};
use crate::compile::Compiled;
use crate::data::{Batches, Inspect};
use crate::history::History;
use crate::losses::Losses;
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::predict::BATCH_SIZE;
use crate::progress::{Progress, Verbose};
use crate::random::{Purpose, stream};
use crate::tally::Tally;
use crate::{Buffer, Error, Heap, Model, Result, Tensors};
use rand::seq::SliceRandom;

/// The settings of [`Compiled::fit`], with Keras's names and defaults.
///
/// ```
/// use nn::prelude::*;
///
/// let fit = Fit::new().epochs(20).batch_size(32).validation_split(0.1).verbose(Verbose::Silent);
/// # let _ = fit;
/// ```
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until `fit` gets them"]
pub struct Fit<V = ()> {
    epochs: usize,
    batch_size: usize,
    shuffle: bool,
    validation_split: f64,
    sample_weight: Option<Vec<f64>>,
    seed: Option<u64>,
    verbose: Verbose,
    validation: V,
}

impl Default for Fit {
    fn default() -> Self {
        Fit {
            epochs: 1,
            batch_size: BATCH_SIZE,
            shuffle: true,
            validation_split: 0.0,
            sample_weight: None,
            seed: None,
            verbose: Verbose::Auto,
            validation: (),
        }
    }
}

impl Fit {
    /// The defaults: one epoch in shuffled batches of 32, no validation.
    pub fn new() -> Self {
        Fit::default()
    }
}

impl<V> Fit<V> {
    /// How often the whole data is passed through; 1 by default.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// How many samples a step sees; 32 by default. The last batch of an epoch may be smaller.
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }

    /// Whether every epoch has the samples in another order; on by default.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Which part of the samples, from 0 to below 1, is kept for validation; 0 by default. As in Keras these are the
    /// **last** samples, as they come, so sorted data must be shuffled before.
    pub fn validation_split(mut self, part: f64) -> Self {
        self.validation_split = part;
        self
    }

    /// Data for validation, evaluated after every epoch. It overrides [`validation_split`](Self::validation_split).
    pub fn validation_data<X, Y>(self, x: X, y: Y) -> Fit<(X, Y)> {
        let Fit { epochs, batch_size, shuffle, validation_split, sample_weight, seed, verbose, .. } = self;
        Fit { epochs, batch_size, shuffle, validation_split, sample_weight, seed, verbose, validation: (x, y) }
    }

    /// How much each sample counts in the loss; 1 by default. Metrics do not look at it, as in Keras.
    pub fn sample_weight(mut self, weights: impl Into<Vec<f64>>) -> Self {
        self.sample_weight = Some(weights.into());
        self
    }

    /// The seed of shuffling and of layers such as `Dropout`, for this run instead of that of
    /// [`Compiled::seed`].
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// What is printed: a [`Verbose`], or Keras's 0, 1 or 2.
    pub fn verbose(mut self, verbose: impl Into<Verbose>) -> Self {
        self.verbose = verbose.into();
        self
    }

    /// Checks the settings for `count` samples; the number of samples to train on, where `split` is wanted.
    fn check(&self, count: usize, split: bool) -> Result<usize> {
        check::batch_size(self.batch_size)?;
        if let Some(weights) = &self.sample_weight {
            if weights.len() != count {
                return Err(Error::setting(
                    "sample_weight",
                    format!("{count} numbers, one for each sample"),
                    weights.len(),
                ));
            }
            if let Some(k) = weights.iter().position(|weight| !weight.is_finite()) {
                return Err(Error::setting(
                    "sample_weight",
                    "finite numbers",
                    format!("{} for sample {k}", weights[k]),
                ));
            }
        }
        let part = self.validation_split;
        if !(0.0..1.0).contains(&part) {
            return Err(Error::setting("validation_split", "a part from 0 to below 1", part));
        }
        if !split || part == 0.0 {
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
}

/// Data for validation with inputs `X` and targets `Y`: `()` for none, or a pair, as [`Fit::validation_data`] takes it.
pub trait Validation<X: Tensors, Y: Tensors> {
    /// Inputs and targets.
    fn batches(&self) -> Option<(X::Batch<'_>, Y::Batch<'_>)>;
}

impl<X: Tensors, Y: Tensors> Validation<X, Y> for () {
    fn batches(&self) -> Option<(X::Batch<'_>, Y::Batch<'_>)> {
        None
    }
}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>> Validation<X, Y> for (A, B) {
    fn batches(&self) -> Option<(X::Batch<'_>, Y::Batch<'_>)> {
        Some((self.0.batches(), self.1.batches()))
    }
}

/// A batch whose samples are gathered from all over the data.
struct Shuffled<X: Tensors, Y: Tensors> {
    order: Vec<usize>,
    x: X::Buffers<Heap>,
    y: Y::Buffers<Heap>,
    weights: Vec<f64>,
}

impl<X: Tensors, Y: Tensors> Shuffled<X, Y> {
    fn new(count: usize, batch_size: usize) -> Self {
        let capacity = batch_size.min(count);
        Shuffled {
            order: (0..count).collect(),
            x: Buffer::with_capacity(capacity),
            y: Buffer::with_capacity(capacity),
            weights: Vec::with_capacity(capacity),
        }
    }

    /// Another order. It depends on nothing but the stream, so that a resumed run goes on as it would have.
    fn shuffle(&mut self, seed: u64, step: u64) {
        for (k, index) in self.order.iter_mut().enumerate() {
            *index = k;
        }
        self.order.shuffle(&mut stream(seed, step, Purpose::Shuffle));
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
    /// samples, so a smaller last batch counts for less. A second call goes on where the first ended.
    ///
    /// # Errors
    /// If data is empty, differs in its numbers of samples, holds NaN or infinity, or has targets that the losses cannot
    /// judge, and if a setting makes no sense. Nothing has changed then.
    pub fn fit<V: Validation<M::Inputs, Targets<M, L>>>(
        &mut self,
        x: impl Batches<M::Inputs>,
        y: impl Batches<Targets<M, L>>,
        fit: Fit<V>,
    ) -> Result<History> {
        let (x, y) = (x.batches(), y.batches());
        let count = check::data::<M, L>(&self.losses, "", x, y)?;
        let given = fit.validation.batches();
        let training = fit.check(count, given.is_none())?;
        let validation = match given {
            Some((x, y)) => Some((x, y, check::data::<M, L>(&self.losses, "validation ", x, y)?)),
            None if training == count => None,
            None => {
                Some((M::Inputs::slice(x, training..count), L::Targets::slice(y, training..count), count - training))
            }
        };

        let seed = fit.seed.unwrap_or(self.seed);
        let all_weights = fit.sample_weight.as_deref().unwrap_or(&[]);
        let mut shuffled = fit.shuffle.then(|| Shuffled::<M::Inputs, L::Targets>::new(training, fit.batch_size));
        let steps = training.div_ceil(fit.batch_size);
        let mut history = History::new(fit.epochs, steps);
        let mut progress = Progress::new(fit.verbose, fit.epochs, steps);
        for epoch in 0..fit.epochs {
            progress.begin(epoch);
            let mut tally = Tally::new();
            if let Some(shuffled) = &mut shuffled {
                shuffled.shuffle(seed, self.steps());
            }
            for (step, start) in (0..training).step_by(fit.batch_size).enumerate() {
                let range = start..training.min(start.saturating_add(fit.batch_size));
                let n = range.len();
                if let Some(Shuffled { order, x: batch_x, y: batch_y, weights }) = &mut shuffled {
                    let indices = &order[range];
                    M::Inputs::gather(x, indices, M::Inputs::batch_mut::<Heap>(batch_x, n));
                    L::Targets::gather(y, indices, L::Targets::batch_mut::<Heap>(batch_y, n));
                    weights.clear();
                    weights.extend(indices.iter().filter_map(|&k| all_weights.get(k)));
                    let (x, y) = (M::Inputs::batch::<Heap>(batch_x, n), L::Targets::batch::<Heap>(batch_y, n));
                    self.step(x, y, n, weights, seed, &mut tally);
                } else {
                    let weights = all_weights.get(range.clone()).unwrap_or(&[]);
                    let (x, y) = (M::Inputs::slice(x, range.clone()), L::Targets::slice(y, range));
                    self.step(x, y, n, weights, seed, &mut tally);
                }
                progress.step(step + 1, || tally.report(&self.metrics, &self.names));
            }
            let report = tally.report(&self.metrics, &self.names);
            let validated = validation.map(|(x, y, n)| self.evaluate_checked(x, y, n, fit.batch_size));
            progress.end(&report, validated.as_ref());
            history.push(epoch, &report, validated.as_ref());
        }
        Ok(history)
    }
}
