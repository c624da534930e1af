//! [`Compile`] and [`Compiled`]: a model with its optimizer, losses and metrics.

use crate::activations::Head;
use crate::data::{Batches, LossWeights};
use crate::losses::Losses;
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::predict::{self, BATCH_SIZE, Kept, Scratch};
use crate::report::values::Names;
use crate::spec::MAX_INPUTS;
use crate::train::keras::{InputFrom, Single};
use crate::train::learner::Learner;
use crate::train::session::Cursor;
use crate::train::step::Tapes;
use crate::train::totals;
use crate::train::warnings::{Said, end};
use crate::{Model, Result, Sample, Tensors};
use core::slice;
use std::sync::Arc;

/// `compile` for a model on the heap: `Digits::boxed(&mut rng).compile(..)`. In the prelude.
pub trait Compile: Model {
    /// Gives the model an optimizer and losses.
    ///
    /// `losses` is one loss for all outputs, a tuple with a loss for each output, or the model's `…Outputs` struct.
    fn compile<O: Optimizer, L: Losses<Self::Outputs>>(
        self: Box<Self>,
        optimizer: O,
        losses: L,
    ) -> Compiled<Self, O, L>;
}

impl<M: Model> Compile for M {
    fn compile<O: Optimizer, L: Losses<M::Outputs>>(self: Box<M>, optimizer: O, losses: L) -> Compiled<M, O, L> {
        let names = totals::names::<M, L, ()>(&losses, &());
        let links = links::<M, L>(&losses);
        Compiled {
            model: self,
            optimizer,
            losses,
            metrics: (),
            loss_weights: [1.0; MAX_INPUTS],
            links,
            strict: false,
            said: Said::default(),
            names,
            seed: 0,
            batch_size: BATCH_SIZE,
            learner: None,
            cursor: Cursor::default(),
            tape: None,
            scratch: Kept::default(),
        }
    }
}

/// The activation that turns logits into probabilities, for each output whose loss takes logits.
fn links<M: Model, L: Losses<M::Outputs>>(losses: &L) -> [Head; MAX_INPUTS] {
    let mut links = [Head::Other; MAX_INPUTS];
    for (output, link) in links.iter_mut().enumerate().take(M::Outputs::COUNT) {
        // If the output ends in that activation, it already is a probability.
        if !end::<M>(output).of_logits() {
            *link = losses.about(output).link;
        }
    }
    links
}

/// `compile` for a small model by value, which moves to the heap: `Digits::new(&mut rng).compile(..)`. In the prelude.
pub trait CompileValue: Model {
    /// Does the same as [`Compile::compile`].
    fn compile<O: Optimizer, L: Losses<Self::Outputs>>(self, optimizer: O, losses: L) -> Compiled<Self, O, L>;
}

impl<M: Model> CompileValue for M {
    fn compile<O: Optimizer, L: Losses<M::Outputs>>(self, optimizer: O, losses: L) -> Compiled<M, O, L> {
        Compile::compile(Box::new(self), optimizer, losses)
    }
}

/// A model with its optimizer, losses and metrics, made by [`Compile::compile`].
///
/// - Training: [`fit`](Self::fit), [`fit_batches`](Self::fit_batches), [`train_on_batch`](Self::train_on_batch).
/// - Evaluation: [`evaluate`](Self::evaluate), [`evaluate_batches`](Self::evaluate_batches),
///   [`test_on_batch`](Self::test_on_batch).
/// - Prediction: [`predict`](Self::predict), [`predict_batches`](Self::predict_batches),
///   [`predict_on_batch`](Self::predict_on_batch).
///
/// The first step allocates the working memory, and so does the first step of a larger batch. Other steps allocate
/// nothing.
///
/// ```
/// use nn::prelude::*;
///
/// model! {
///     /// `y = w · x + b`
///     pub struct Line;
///
///     let x = Input(shape = [1]);
///     let y = Dense(1)(x);
///
///     Model(inputs = x, outputs = y)
/// }
///
/// let mut line = Line::boxed(&mut StdRng::seed_from_u64(1))
///     .compile(Sgd::new(0.1), MeanSquaredError)
///     .metrics((Mae, Mse));
/// // y = 2 · x + 1; where a sample is one scalar, plain numbers do.
/// let (x, y) = ([0.0_f32, 1.0, 2.0, 3.0], [1.0_f32, 3.0, 5.0, 7.0]);
/// let history = line.fit(&x, &y, Fit::new().epochs(200).verbose(0))?;
/// assert!(history.get("mae").unwrap()[199] < 0.01);
/// assert!(line.evaluate(&x, &y)?.loss < 1e-4);
/// assert!((line.predict([10.0_f32])?[0].x - 21.0).abs() < 0.1);
/// # nn::Result::Ok(())
/// ```
pub struct Compiled<M: Model, O, L, K = ()> {
    pub(crate) model: Box<M>,
    pub(crate) optimizer: O,
    pub(crate) losses: L,
    pub(crate) metrics: K,
    pub(crate) loss_weights: [f64; MAX_INPUTS],
    /// The activations between logits and probabilities, for metrics: the links of a
    /// [`Weighting`](crate::losses::Weighting).
    pub(crate) links: [Head; MAX_INPUTS],
    pub(crate) strict: bool,
    pub(crate) said: Said,
    pub(crate) names: Arc<Names>,
    pub(crate) seed: u64,
    pub(crate) batch_size: usize,
    pub(crate) learner: Option<Learner<M>>,
    pub(crate) cursor: Cursor,
    pub(crate) tape: Option<Tapes<M>>,
    pub(crate) scratch: Kept<M>,
}

/// Settings before training.
impl<M: Model, O, L: Losses<M::Outputs>, K> Compiled<M, O, L, K> {
    /// Sets the metrics: one, a tuple of several such as `.metrics((Mae, Mse))`, or the model's `…Outputs` struct.
    ///
    /// Metrics have different types, so Keras's list of them is a tuple here.
    pub fn metrics<N: Metrics<M::Outputs, L::Targets>>(self, metrics: N) -> Compiled<M, O, L, N> {
        let names = totals::names::<M, L, N>(&self.losses, &metrics);
        let Compiled {
            model,
            optimizer,
            losses,
            loss_weights,
            links,
            strict,
            said,
            seed,
            batch_size,
            learner,
            cursor,
            tape,
            scratch,
            ..
        } = self;
        Compiled {
            model,
            optimizer,
            losses,
            metrics,
            loss_weights,
            links,
            strict,
            said,
            names,
            seed,
            batch_size,
            learner,
            cursor,
            tape,
            scratch,
        }
    }

    /// Sets the weights of the outputs in the loss: a tuple with a number for each output, or the model's `…Outputs`
    /// struct. The default is 1. An output with weight 0 is measured, but the model does not learn from it.
    pub fn loss_weights(mut self, weights: impl LossWeights<M::Outputs>) -> Self {
        self.loss_weights = weights.numbers();
        self
    }

    /// Sets the seed of shuffling and of layers such as `Dropout`. The default is 0, so every run is repeatable.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Turns all warnings into errors, in every call that trains, evaluates or reads a file. Off by default.
    ///
    /// The warnings are about labels that a loss cannot judge, losses that do not fit their outputs, and NaN or
    /// infinity in a weight file. [`Fit::strict`](crate::Fit::strict) does this for one run.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Yes; Sequential([Input(shape = [1]), Dense(1, activation = sigmoid)]) }
    /// # fn main() {
    /// # let yes = Yes::boxed(&mut StdRng::seed_from_u64(1));
    /// let mut yes = yes.compile(Adam::default(), BinaryCrossentropy::default()).strict(true);
    /// let error = yes.train_on_batch([0.5_f32, 1.5], [1.0_f32, 2.0]).unwrap_err();
    /// assert!(error.to_string().ends_with("expected labels from 0 to 1, but got the label 2: labels 1 and 2 look like classes"));
    /// # }
    /// ```
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Sets the batch size of `evaluate` and `predict`. The default is 32. Larger batches need more memory and can be
    /// faster; the results are the same.
    pub fn inference_batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }
}

/// The model and the progress of its training.
impl<M: Model, O, L, K> Compiled<M, O, L, K> {
    /// Returns the model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// Returns the model for changes.
    pub fn model_mut(&mut self) -> &mut M {
        &mut self.model
    }

    /// Returns the model without the rest.
    pub fn into_model(self) -> Box<M> {
        self.model
    }

    /// Returns the number of training steps so far.
    pub fn steps(&self) -> u64 {
        self.learner.as_ref().map_or(0, |learner| learner.steps)
    }

    /// Returns the epoch at which [`Fit::resume`](crate::Fit::resume) continues: the next one, or one that was stopped
    /// in its middle.
    pub fn epoch(&self) -> usize {
        self.cursor.epoch
    }

    /// Returns the table of the layers, [`Model::SUMMARY`].
    #[must_use = "`println!(\"{}\", model.summary())` prints it"]
    pub fn summary(&self) -> &'static str {
        M::SUMMARY
    }

    /// Returns the output for a single sample, of a model with one input and one output. A model with more has
    /// `model().call(..)`.
    ///
    /// Nothing is checked, as in `call` of the model: NaN in the sample is NaN in the output.
    pub fn call<X: ?Sized>(&self, x: &X) -> M::Outputs
    where
        M::Inputs: InputFrom<X>,
        M::Outputs: Single + Sample,
    {
        const { crate::model::assert_outputs::<M::Outputs>() }
        let mut y = crate::tensor::zeroed::<M::Outputs>();
        let (x, to) = (M::Inputs::samples(x), slice::from_mut(&mut y));
        self.scratch.with(|scratch| Scratch::of(scratch).predict(&*self.model, x, to, 1));
        y
    }

    /// Gives every Normalization the mean and the variance of its input over the samples `x`:
    /// [`Adapt::adapt`](crate::Adapt::adapt).
    ///
    /// # Errors
    /// As there.
    pub fn adapt(&mut self, x: impl Batches<M::Inputs>) -> Result<()> {
        crate::train::adapt::adapt(&mut *self.model, x.batches())
    }

    /// Returns the outputs for the inputs `x`: a `Vec`, or the model's `…Outputs` struct of `Vec`s if there are several
    /// outputs.
    ///
    /// The working memory is kept for the next call. Several threads may predict at the same time without a lock; each
    /// then uses memory of its own.
    ///
    /// # Errors
    /// If inputs have different numbers of samples, NaN, infinity, or an index out of range.
    pub fn predict(&self, x: impl Batches<M::Inputs>) -> Result<M::Predictions> {
        self.scratch.with(|scratch| predict::predict(&*self.model, x.batches(), self.batch_size, scratch))
    }

    /// Returns the outputs for the inputs `x`, computed as one batch of any size.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_on_batch(&self, x: impl Batches<M::Inputs>) -> Result<M::Predictions> {
        self.scratch.with(|scratch| predict::predict(&*self.model, x.batches(), usize::MAX, scratch))
    }

    /// Returns the outputs of all batches together, for inputs that do not fit in memory.
    ///
    /// `batches.take(n)` is Keras's `steps=n`. If the outputs do not fit in memory either, call
    /// [`predict_on_batch`](Self::predict_on_batch) for each batch.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_batches<B: Batches<M::Inputs>>(
        &self,
        batches: impl IntoIterator<Item = B>,
    ) -> Result<M::Predictions> {
        self.scratch.with(|scratch| predict::predict_batches(&*self.model, batches, scratch))
    }
}
