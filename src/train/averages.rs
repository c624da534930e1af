//! [`Compiled::use_averaged_weights`]: exchanges the weights with their averages.

use crate::optimizers::Optimizer;
use crate::train::compile::Compiled;
use crate::train::learner::Learner;
use crate::{Error, Model, Result};

impl<M: Model> Learner<M> {
    /// Puts the averages into the model, or the weights of the last step. Before the first step there is no average.
    pub(crate) fn use_averages(&mut self, model: &mut M, averaged: bool) {
        if self.averaged == averaged || self.steps == 0 {
            return;
        }
        self.settle();
        self.averaged = averaged;
        let Some(other) = self.slots.last_mut() else { return };
        for range in &self.trainable {
            model.as_mut_slice()[range.clone()].swap_with_slice(&mut other.as_mut_slice()[range.clone()]);
        }
    }
}

impl<M: Model, O, L, K> Compiled<M, O, L, K> {
    /// Puts the weights of the last step back into the model. Returns whether it had the averages.
    pub(crate) fn end_averages(&mut self) -> bool {
        let Some(learner) = &mut self.learner else { return false };
        let averaged = learner.averaged;
        learner.use_averages(&mut self.model, false);
        averaged
    }
}

/// Averaged weights.
impl<M: Model, O: Optimizer, L, K> Compiled<M, O, L, K> {
    /// Puts the moving averages of the weights into the model ([`Optimizer::ema`](crate::optimizers::Optimizer::ema)),
    /// or the weights of the last step. `evaluate`, `predict` and `save_weights` then use them.
    ///
    /// A further training step continues from the weights of the last step, whichever the model has. Checkpoints keep
    /// both. At its end, `fit` replaces the weights by the averages. Before the first step there is no average, and
    /// nothing changes. During `fit`, [`SwapEMAWeights`](crate::callbacks::SwapEMAWeights) does this.
    ///
    /// ```
    /// use nn::prelude::*;
    /// use nn::optimizers::Ema;
    /// # model! { pub struct Line; Sequential([Input(shape = [1]), Dense(1)]) }
    /// # fn main() -> nn::Result<()> {
    /// # let (x, y) = ([0.0_f32, 1.0, 2.0, 3.0], [1.0_f32, 3.0, 5.0, 7.0]);
    /// let mut line = Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::new(0.1).ema(Ema::new(0.9)), MeanSquaredError);
    /// for _ in 0..20 {
    ///     line.train_on_batch(&x, &y)?;
    /// }
    /// let last = line.evaluate(&x, &y)?.loss;
    /// line.use_averaged_weights(true)?;
    /// let averaged = line.evaluate(&x, &y)?.loss;
    /// line.use_averaged_weights(false)?;
    /// assert!(averaged != last && line.evaluate(&x, &y)?.loss == last);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the optimizer keeps no average.
    pub fn use_averaged_weights(&mut self, averaged: bool) -> Result<()> {
        if self.optimizer.options().ema.is_none() {
            let expected = "an optimizer with `.ema(Ema::new(0.99))`";
            return Err(Error::setting("averaged weights", expected, format!("`{}` without", self.optimizer.name())));
        }
        if let Some(learner) = &mut self.learner {
            learner.use_averages(&mut self.model, averaged);
        }
        Ok(())
    }
}
