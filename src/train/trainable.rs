//! [`Compiled::set_trainable`]: freezes layers during training.

use crate::optimizers::Optimizer;
use crate::train::compile::Compiled;
use crate::train::learner::Learner;
use crate::{Error, Model, Path, Result, Variable};

/// Calls `visit` with every variable, and the number and path of its layer. The variables of a layer are neighbours.
/// Their paths differ in the last name only.
pub(crate) fn visit_layers<M: Model>(visit: &mut dyn FnMut(usize, &str, &Variable<'_>)) {
    let mut last: Option<(usize, String)> = None;
    M::variables(&Path::ROOT, &mut |variable| {
        let path = variable.path.to_string();
        let layer = path.rsplit_once('.').map_or("", |(layer, _)| layer);
        let number = match &last {
            Some((number, other)) if other == layer => *number,
            Some((number, _)) => number + 1,
            None => 0,
        };
        visit(number, layer, variable);
        last = Some((number, layer.into()));
    });
}

/// Returns the paths of layers with variables, and whether one of these can be trained.
pub(crate) fn layers<M: Model>() -> Vec<(String, bool)> {
    let mut layers: Vec<(String, bool)> = Vec::new();
    visit_layers::<M>(&mut |number, path, variable| {
        if number == layers.len() {
            layers.push((path.into(), false));
        }
        layers[number].1 |= variable.trainable;
    });
    layers
}

/// Returns whether `path` is the layer, or a model that contains it.
fn holds(path: &str, layer: &str) -> bool {
    path.is_empty() || layer.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Frozen layers and the learning rate.
impl<M: Model, O: Optimizer, L, K> Compiled<M, O, L, K> {
    /// Freezes a layer or a sub-model, or lets it learn again: Keras's `layer.trainable = ..`, for transfer learning.
    ///
    /// `path` is the name in weight files: `dense` or `tower.dense`. A model (`tower`) means all its layers, and the
    /// empty path all layers. The next step does not change weights of a frozen layer; no new `compile` is needed. The
    /// optimizer keeps its slots. Checkpoints keep the setting.
    ///
    /// ```
    /// use nn::prelude::*;
    ///
    /// model! { pub struct Tower; Sequential([Input(shape = [4]), Dense(8, activation = relu), Dense(3)]) }
    ///
    /// model! {
    ///     pub struct Transfer;
    ///     let x = Input(shape = [4]);
    ///     let tower = Tower();
    ///     let y = Dense(1)(tower(x));
    ///     Model(inputs = x, outputs = y)
    /// }
    ///
    /// # fn main() -> nn::Result<()> {
    /// # let (x, y) = ([SVector::<f32, 4>::repeat(1.0); 8], [0.5_f32; 8]);
    /// let mut model = Transfer::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), MeanSquaredError);
    /// let before = model.model().tower.clone();
    /// model.set_trainable("tower", false)?;
    /// model.fit(&x, &y, Fit::new().verbose(0))?;
    /// assert_eq!(model.model().tower, before);
    ///
    /// model.set_trainable("tower.dense_1", true)?;
    /// model.fit(&x, &y, Fit::new().verbose(0))?;
    /// assert_ne!(model.model().tower, before);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such layer. Also if the layer is to learn, but `model!` declares it with `trainable = false`,
    /// which compiles no gradient for it.
    pub fn set_trainable(&mut self, path: &str, trainable: bool) -> Result<()> {
        // The averages are exchanged for the layers that learn now.
        self.end_averages();
        let learner = self.learner.get_or_insert_with(|| Learner::new(&self.optimizer));
        let layers = layers::<M>();
        let found: Vec<_> = (0..layers.len()).filter(|&layer| holds(path, &layers[layer].0)).collect();
        if found.is_empty() {
            let names: Vec<_> = layers.iter().map(|(path, _)| format!("`{path}`")).collect();
            let expected = format!("a layer with weights ({}) or a model of them", names.join(", "));
            return Err(Error::setting("set_trainable", expected, format!("`{path}`")));
        }
        if trainable && !found.iter().any(|&layer| layers[layer].1 || learner.frozen[layer]) {
            let expected = "a layer without `trainable = false` in `model!`, which leaves out its gradients";
            return Err(Error::setting("set_trainable", expected, format!("`{path}`")));
        }
        for layer in found {
            learner.frozen[layer] = !trainable;
        }
        learner.refreeze();
        Ok(())
    }

    /// Returns the learning rate of the next step: of the optimizer or its schedule, unless
    /// [`set_learning_rate`](Self::set_learning_rate) replaced it.
    pub fn learning_rate(&self) -> f64 {
        let learner = self.learner.as_ref();
        learner.map_or_else(|| self.optimizer.learning_rate(0), |learner| learner.learning_rate(&self.optimizer))
    }

    /// Sets the learning rate of the next steps. It replaces the rate of the optimizer or its schedule. Checkpoints
    /// keep it.
    pub fn set_learning_rate(&mut self, rate: f64) {
        self.learner.get_or_insert_with(|| Learner::new(&self.optimizer)).learning_rate = Some(rate);
    }

    /// Ends `fit`.
    pub(crate) fn finish(&mut self) {
        if let Some(learner) = &mut self.learner {
            learner.finish(&mut self.model, &self.optimizer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_holds_itself_and_what_is_below() {
        assert!(holds("", "dense") && holds("tower", "tower.dense") && holds("tower.dense", "tower.dense"));
        assert!(
            !holds("tow", "tower.dense") && !holds("tower.dense", "tower.dense_1") && !holds("dense", "tower.dense")
        );
    }
}
