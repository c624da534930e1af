//! [`WeightFiles`]: weights in safetensors files; and checkpoints, which hold the state of the optimizer as well.
//!
//! The tensors have Keras's shapes and the names `<layer>.<variable>`: `dense.kernel` is `(in, out)`. A checkpoint holds
//! in addition `optimizer.<slot>.<layer>.<variable>`, the number of steps, `optimizer.iteration`, the learning rate if one
//! was set, `optimizer.learning_rate`, and how far training had come, `training.place`: epoch, step of the epoch, passes
//! through the data, step at which the last one began, batches of it, whether it goes on. The frozen layers are in the
//! metadata.

use crate::compile::Compiled;
use crate::freeze::layers;
use crate::optimizers::Optimizer;
use crate::step::Learner;
use crate::tensor_file::{self, Reader, Tensor};
use crate::train::Place;
use crate::{Error, Model, Result, Warning};
use std::fs;
use std::path::Path;

/// Weight files of a model. In the prelude.
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
/// let path = std::env::temp_dir().join("line.safetensors");
/// let saved = Line::boxed(&mut StdRng::seed_from_u64(1));
/// saved.save_weights(&path)?;
///
/// let mut loaded = Line::boxed(&mut StdRng::seed_from_u64(2));
/// loaded.load_weights(&path)?;
/// assert_eq!(saved, loaded);
/// # nn::Result::Ok(())
/// ```
pub trait WeightFiles: Model {
    /// Writes the weights to a safetensors file. An interruption leaves the old file or the new one, never a part.
    ///
    /// # Errors
    /// If the file cannot be written.
    fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut tensors = Vec::new();
        Tensor::of("", self, &mut tensors);
        tensor_file::write(path.as_ref(), tensors, &[("model", Self::NAME)])
    }

    /// Reads the weights from a safetensors file. Everything is checked before anything is changed.
    ///
    /// Weights that are NaN or infinite are read, and a warning is printed on the standard error:
    /// [`weights_not_finite`](crate::lints::weights_not_finite).
    ///
    /// # Errors
    /// If the file cannot be read, is not valid, or its tensors are not exactly those of this model by name, shape and
    /// type; the model is then as it was.
    fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        load(self, path.as_ref(), false)
    }
}

impl<M: Model> WeightFiles for M {}

/// Reads the weights from a file; whether numbers that are not finite are an error.
fn load<M: Model>(model: &mut M, path: &Path, strict: bool) -> Result<()> {
    let bytes = fs::read(path).map_err(Error::io(path))?;
    let mut reader = Reader::new(path, &bytes)?;
    let hint =
        if reader.metadata("optimizer").is_some() { ": this is a checkpoint, use `load_checkpoint`" } else { "" };
    let variables = reader.variables::<M>("")?;
    let warning = reader.check_finite::<M>(&[&variables], strict)?;
    reader.finish(hint)?;
    variables.write(model);
    warning.iter().for_each(Warning::print);
    Ok(())
}

const STEPS: &str = "optimizer.iteration";
const LEARNING_RATE: &str = "optimizer.learning_rate";
const PLACE: &str = "training.place";
const FROZEN: &str = "frozen";

fn prefix(slot: &str) -> String {
    format!("optimizer.{slot}.")
}

/// Files.
impl<M: Model, O, L, K> Compiled<M, O, L, K> {
    /// [`WeightFiles::save_weights`] of the model.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        self.model.save_weights(path)
    }

    /// [`WeightFiles::load_weights`] of the model. The state of the optimizer stays.
    ///
    /// # Errors
    /// If the file cannot be read or does not belong to this model, which is then as it was. If
    /// [`strict`](Self::strict) is set, also if weights are NaN or infinite.
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        load(&mut *self.model, path.as_ref(), self.strict)
    }
}

/// Checkpoints.
impl<M: Model, O: Optimizer, L, K> Compiled<M, O, L, K> {
    /// Writes the weights, the state of the optimizer, the learning rate, what is frozen and how far training has come, so
    /// that it can go on later as if it had not been interrupted: [`Fit::resume`](crate::Fit::resume).
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_checkpoint(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let learner = self.learner.get_or_insert_with(|| Learner::new(&self.optimizer));
        learner.settle();
        let Place { epoch, batch, passes, pass_step, seen, open } = self.place;
        let place = [epoch as u64, batch as u64, passes as u64, pass_step, seen as u64, open.into()];
        let mut tensors = vec![Tensor::number(STEPS, learner.steps), Tensor::numbers(PLACE, &place)];
        tensors.extend(learner.learning_rate.map(|rate| Tensor::float(LEARNING_RATE, rate)));
        Tensor::of("", &*self.model, &mut tensors);
        for (slot, weights) in self.optimizer.state().zip(&learner.slots) {
            Tensor::of(&prefix(slot), &**weights, &mut tensors);
        }
        let layers = layers::<M>().into_iter().zip(&learner.frozen);
        let frozen: Vec<_> = layers.filter(|(_, frozen)| **frozen).map(|((path, _), _)| path).collect();
        let metadata = [("model", M::NAME), ("optimizer", self.optimizer.name()), (FROZEN, &frozen.join(","))];
        tensor_file::write(path.as_ref(), tensors, &metadata)
    }

    /// Reads what [`save_checkpoint`](Self::save_checkpoint) wrote. Everything is checked before anything is changed.
    ///
    /// # Errors
    /// If the file cannot be read, or does not belong to this model and optimizer; both are then as they were. If
    /// [`strict`](Self::strict) is set, also if a number is NaN or infinite; else a warning is printed.
    pub fn load_checkpoint(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(Error::io(path))?;
        let mut reader = Reader::new(path, &bytes)?;
        let expected = self.optimizer.name();
        match reader.metadata("optimizer") {
            Some(got) if got == expected => {}
            Some(got) => {
                return Err(reader.problem(format!("expected a checkpoint of the optimizer `{expected}`, got `{got}`")));
            }
            None => return Err(reader.problem("this is no checkpoint; use `load_weights` for weights alone".into())),
        }
        let steps = reader.number(STEPS)?;
        let [epoch, batch, passes, pass_step, seen, open] = reader.numbers(PLACE)?;
        let learning_rate = reader.float(LEARNING_RATE)?;
        let frozen: Vec<_> = reader.metadata(FROZEN).unwrap_or_default().split(',').map(String::from).collect();
        let variables = reader.variables::<M>("")?;
        let slots = self.optimizer.state().map(|slot| reader.variables::<M>(&prefix(slot)));
        let slots = slots.collect::<Result<Vec<_>>>()?;
        let all: Vec<_> = core::iter::once(&variables).chain(&slots).collect();
        let warning = reader.check_finite::<M>(&all, self.strict)?;
        reader.finish("")?;

        let learner = self.learner.get_or_insert_with(|| Learner::new(&self.optimizer));
        (learner.steps, learner.learning_rate) = (steps, learning_rate);
        learner.frozen = layers::<M>().iter().map(|(path, _)| frozen.contains(path)).collect();
        learner.refreeze();
        learner.rows.reset();
        let [epoch, batch, passes, seen] = [epoch, batch, passes, seen].map(|number| number as usize);
        self.place = Place { epoch, batch, passes, pass_step, seen, open: open != 0 && passes > 0 };
        variables.write(&mut *self.model);
        for (weights, slot) in learner.slots.iter_mut().zip(slots) {
            slot.write(&mut **weights);
        }
        warning.iter().for_each(Warning::print);
        Ok(())
    }
}
