//! Training loops of one's own: the parts of a step of `fit`, each as a call.

use crate::check;
use crate::data::Batches;
use crate::losses::Weighting;
use crate::optimizers::Optimizer;
use crate::report::values::{Logs, Names};
use crate::train::compile::Compiled;
use crate::train::learner::Learner;
use crate::train::random::{Purpose, stream};
use crate::train::step::{Tapes, whole};
use crate::{Error, Graph, Model, Result, Scalar, Tensors, Train};
use nn_core::passes::{Passes, Step};
use nn_core::tape::{GradientOf, HeapTape};

/// Training loops of your own, from the parts of [`fit`](Self::fit).
impl<M: Model, O: Optimizer, L, K> Compiled<M, O, L, K> {
    /// Returns a tape for batches of up to `capacity` samples, with the layers frozen that
    /// [`set_trainable`](Self::set_trainable) has frozen.
    ///
    /// A frozen BatchNormalization works as in a prediction, so make a new tape after you freeze one. A tape of the
    /// bare model (`net.tape(64)`) knows only layers with `trainable = false`.
    pub fn tape(&self, capacity: usize) -> HeapTape<M> {
        let mut tape = HeapTape::new(capacity);
        if let Some(learner) = &self.learner {
            tape.set_frozen(&learner.frozen);
        }
        tape
    }

    /// Takes a step of the optimizer with this gradient, as a tape gives it, or a value of the model's type. Returns
    /// the penalties on weights, and those on activations if the gradient is of a tape.
    ///
    /// The step is that of `fit`, in Keras's order: the gradient of the penalties on weights, the running state of the
    /// layers (from the last forward pass of the tape), clipping, weight decay, the optimizer's formula, averaged
    /// weights, constraints. Frozen layers do not change.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Net; Sequential([Input(shape = [2]), Dense(8, activation = tanh), Dense(1)]) }
    /// # fn main() -> nn::Result<()> {
    /// # let (x, target) = ([[0.0_f32, 1.0], [1.0, 0.0]], [0.5, -0.5]);
    /// let mut rng = StdRng::seed_from_u64(1);
    /// let mut model = Net::boxed(&mut rng).compile(Adam::new(0.01), ());
    /// let mut tape = model.tape(x.len());
    /// for _ in 0..300 {
    ///     let y = tape.forward(model.model(), &x, &mut rng);
    ///     // The mean of (y - target)², by hand.
    ///     let dy: Vec<[f32; 1]> = y.iter().zip(target).map(|(y, target)| [y[0] - target]).collect();
    ///     let gradient = tape.backward(model.model(), &dy);
    ///     model.apply_gradient(&gradient)?;
    /// }
    /// assert!((model.predict(&x)?[0][0] - 0.5).abs() < 0.01);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If a setting of the optimizer is invalid. Nothing changes then.
    pub fn apply_gradient(&mut self, gradient: &impl GradientOf<M>) -> Result<f64> {
        self.end_averages();
        let learner = ready(&mut self.learner, &self.optimizer)?;
        let mut given = Given { gradient, learner, optimizer: &self.optimizer };
        Ok(nn_core::passes::step(&mut *self.model, &mut given).to_f64())
    }

    /// Takes a training step with a loss over the outputs of the whole batch. `loss` gets the outputs and the places
    /// for their gradients, which are zero at first, and returns its value. The report has that value, with the
    /// penalties of the graph (on weights, on activations, and of `add_loss`).
    ///
    /// For a loss that compares samples with each other, and for a step without targets.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Net; Sequential([Input(shape = [2]), Dense(8, activation = tanh), Dense(1)]) }
    /// # fn main() -> nn::Result<()> {
    /// # let (x, target) = ([[0.0_f32, 1.0], [1.0, 0.0]], [0.5, -0.5]);
    /// let mut model = Net::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::new(0.01), ());
    /// for _ in 0..300 {
    ///     let report = model.train_on_batch_with(&x, |y, dy| {
    ///         let mut loss = 0.0;
    ///         for ((y, dy), target) in y.iter().zip(dy).zip(target) {
    ///             dy[0] = y[0] - target;
    ///             loss += dy[0] * dy[0] / 2.0;
    ///         }
    ///         loss
    ///     })?;
    ///     # let _ = report;
    /// }
    /// assert!((model.predict(&x)?[0][0] - 0.5).abs() < 0.01);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there are no samples, or if inputs have different numbers of samples, NaN, infinity or an index out of
    /// range. Also if a setting of the optimizer is invalid. Nothing changes then.
    pub fn train_on_batch_with<V: Into<f64>>(
        &mut self,
        x: impl Batches<M::Inputs>,
        loss: impl FnOnce(<M::Outputs as Tensors>::Batch<'_>, <M::Outputs as Tensors>::BatchMut<'_>) -> V,
    ) -> Result<Logs> {
        let x = x.batches();
        let n = check::inputs::<M>(x)?;
        if n == 0 {
            return Err(Error::Empty { tensor: format!("input `{}`", M::INPUT_NAMES[0]) });
        }
        self.end_averages();
        let learner = ready(&mut self.learner, &self.optimizer)?;
        let tapes = Tapes::of(&mut self.tape, learner.division, n);
        let rng = stream(self.seed, learner.steps, Purpose::Layers);
        let loss =
            |y: <M::Outputs as Tensors>::Batch<'_>, dy: <M::Outputs as Tensors>::BatchMut<'_>| loss(y, dy).into();
        let value = tapes.step_with(&mut *self.model, learner, &self.optimizer, loss, x, n, rng);
        Ok(Logs::new(value, Names::only_loss(), Vec::new()))
    }

    /// Returns the penalties on the weights (`kernel_regularizer` and similar), which are part of Keras's loss.
    pub fn regularization_loss(&self) -> f64 {
        whole::<M::Scalar>(&[], Weighting::NONE, M::Graph::NEW.regularize(&self.model, None))
    }
}

/// Returns the learner, if the optimizer can take a step.
fn ready<'a, M: Model, O: Optimizer>(learner: &'a mut Option<Learner<M>>, optimizer: &O) -> Result<&'a mut Learner<M>> {
    check::optimizer::<M>(optimizer)?;
    let learner = learner.get_or_insert_with(|| Learner::new(optimizer));
    check::learning_rate::<M::Scalar>(learner.learning_rate(optimizer), learner.steps)?;
    Ok(learner)
}

/// A step with a gradient that was given.
struct Given<'a, M: Model, O, G> {
    gradient: &'a G,
    learner: &'a mut Learner<M>,
    optimizer: &'a O,
}

impl<M: Model, O: Optimizer, G: GradientOf<M>> Step<M> for Given<'_, M, O, G> {
    type Storage = G::Storage;
    type Graph = G::Graph;

    fn pass(&mut self, _: &M) {
        self.learner.reserve(1);
        self.learner.take(self.gradient.weights());
    }

    fn gradient(&mut self) -> &mut M {
        self.learner.gradient()
    }

    fn whole(&self) -> Option<&Passes<M, G::Storage, G::Graph>> {
        self.gradient.passes()
    }

    fn apply(&mut self, model: &mut M) {
        self.learner.apply(model, self.optimizer);
    }

    fn constrain(&mut self, model: &mut M) {
        self.learner.constrain(model);
    }
}
