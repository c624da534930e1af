//! Checkpoints: one file with the weights, the optimizer's state and the progress of training.
//!
//! Besides the tensors of a weight file it has:
//!
//! - `optimizer.<slot>.<layer>.<variable>`, the number of steps, `optimizer.iteration`, and the learning rate if one
//!   was set, `optimizer.learning_rate`;
//! - with `gradient_accumulation_steps`, if batches wait for others: the sum of their gradients,
//!   `optimizer.gradient_accumulator.<layer>.<variable>`; their number, `optimizer.waiting`; and a bit for each row of
//!   the tables that step by rows, `optimizer.touched`;
//! - `training.place`, the progress: epoch, step in the epoch, passes through the data, first step of the last pass,
//!   batches of that pass, and flags. Flag 1 says that the pass goes on, flag 2 that the epoch has begun;
//! - `training.sums`, only inside an epoch: the samples so far, and the sums of their losses;
//! - `callback.<k>.<name>`, the memory of callback number `k`. The metadata `callback.<k>` is the name of the callback.
//!
//! The metadata lists the frozen layers. If a layer is called `optimizer`, `training` or `callback`, the prefix gets
//! underscores until it differs: `optimizer_.iteration`.

use crate::callbacks::{CallbackMemory, Entry, Snapshot};
use crate::files::matching::{self, Matched};
use crate::files::tensors::{self, Reader, Tensor, little_endian};
use crate::files::weights::{BYTES, WeightFiles, load, load_from};
use crate::optimizers::{MAX_SLOTS, Optimizer};
use crate::train::compile::Compiled;
use crate::train::learner::{Gradient, Learner};
use crate::train::session::Cursor;
use crate::train::trainable::layers;
use crate::weights::zeroed_box;
use crate::{Model, Path as Name, Result, Warning};
use safetensors::Dtype;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

const FROZEN: &str = "frozen";
/// Keras's name.
const ACCUMULATOR: &str = "gradient_accumulator";

/// The maximum of a count in a checkpoint. No run takes longer, and a sum of two counts does not overflow.
const MOST: u64 = 1 << 53;

/// The prefixes of tensors other than weights.
struct Names {
    optimizer: String,
    training: String,
    callback: String,
}

impl Names {
    /// Returns prefixes that no variable of the model has.
    fn of<M: Model>() -> Self {
        let mut first = BTreeSet::new();
        M::variables(&Name::ROOT, &mut |variable| {
            let path = variable.path.to_string();
            first.extend(path.split('.').next().map(String::from));
        });
        let free = |name: &str| {
            let mut name = name.to_string();
            while first.contains(&name) {
                name.push('_');
            }
            name
        };
        Names { optimizer: free("optimizer"), training: free("training"), callback: free("callback") }
    }

    fn steps(&self) -> String {
        format!("{}.iteration", self.optimizer)
    }

    fn learning_rate(&self) -> String {
        format!("{}.learning_rate", self.optimizer)
    }

    fn slot(&self, slot: &str) -> String {
        format!("{}.{slot}.", self.optimizer)
    }

    fn waiting(&self) -> String {
        format!("{}.waiting", self.optimizer)
    }

    fn touched(&self) -> String {
        format!("{}.touched", self.optimizer)
    }

    fn place(&self) -> String {
        format!("{}.place", self.training)
    }

    fn sums(&self) -> String {
        format!("{}.sums", self.training)
    }

    fn memory(&self, callback: usize) -> String {
        format!("{}.{callback}.", self.callback)
    }

    fn callback(&self, callback: usize) -> String {
        format!("callback.{callback}")
    }
}

/// Files.
impl<M: Model, O, L, K> Compiled<M, O, L, K> {
    /// Saves the weights of the model: see [`WeightFiles::save_weights`].
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        self.model.save_weights(path)
    }

    /// Writes the weights of the model: see [`WeightFiles::save_weights_to`].
    ///
    /// # Errors
    /// If the writer has one.
    pub fn save_weights_to(&self, writer: impl Write) -> Result<()> {
        self.model.save_weights_to(writer)
    }

    /// Loads the weights of the model: see [`WeightFiles::load_weights`]. The optimizer's state stays.
    ///
    /// # Errors
    /// If the file cannot be read or belongs to another model. With [`strict`](Self::strict), also if weights are NaN
    /// or infinite. The model then stays as it was.
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        // The file replaces the weights of the last step.
        let averaged = self.end_averages();
        let loaded = load(&mut *self.model, path.as_ref(), self.strict);
        if let (Err(_), Some(learner)) = (&loaded, &mut self.learner) {
            learner.use_averages(&mut self.model, averaged);
        }
        loaded
    }

    /// Loads the weights of the model: see [`WeightFiles::load_weights_from`]. The optimizer's state stays.
    ///
    /// # Errors
    /// As [`load_weights`](Self::load_weights), except for those of reading.
    pub fn load_weights_from(&mut self, bytes: &[u8]) -> Result<()> {
        load_from(&mut *self.model, bytes, self.strict)
    }

    /// Loads the weights that fit: see [`WeightFiles::load_matching`]. The optimizer's state stays.
    ///
    /// # Errors
    /// If the file cannot be read or is no safetensors file. The model then stays as it was.
    pub fn load_matching(&mut self, path: impl AsRef<Path>) -> Result<Matched> {
        matching::load(&mut *self.model, path.as_ref(), self.strict)
    }

    /// Loads the weights that fit: see [`WeightFiles::load_matching_from`]. The optimizer's state stays.
    ///
    /// # Errors
    /// If it is not the content of a safetensors file.
    pub fn load_matching_from(&mut self, bytes: &[u8]) -> Result<Matched> {
        matching::load_from(&mut *self.model, Path::new(BYTES), bytes, self.strict)
    }
}

/// Checkpoints.
impl<M: Model, O: Optimizer, L, K> Compiled<M, O, L, K> {
    /// Writes a checkpoint, from which [`Fit::resume`](crate::Fit::resume) continues as if training had not been
    /// interrupted.
    ///
    /// It has the weights, the optimizer's state, the learning rate, the frozen layers, the progress of training and
    /// the memory of the callbacks.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_checkpoint(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let averaged = self.end_averages();
        let saved = self.save_at(path.as_ref());
        if let Some(learner) = &mut self.learner {
            learner.use_averages(&mut self.model, averaged);
        }
        saved
    }

    /// The same for a path of any type, compiled once.
    fn save_at(&mut self, path: &Path) -> Result<()> {
        let learner = self.learner.get_or_insert_with(|| Learner::new(&self.optimizer));
        learner.settle();
        let names = Names::of::<M>();
        let Cursor { epoch, begun, batch, ref sums, passes, pass_step, seen, open, ref memories } = self.cursor;
        let flags = u64::from(open) | u64::from(begun) << 1;
        let place = [epoch as u64, batch as u64, passes as u64, pass_step, seen as u64, flags];
        let mut tensors = vec![Tensor::number(&names.steps(), learner.steps), Tensor::numbers(&names.place(), &place)];
        tensors.extend(learner.learning_rate.map(|rate| Tensor::float(&names.learning_rate(), rate)));
        tensors.extend((batch > 0).then(|| Tensor::floats(&names.sums(), sums)));
        Tensor::of("", &*self.model, &mut tensors);
        for (slot, weights) in self.optimizer.state().zip(&learner.slots) {
            Tensor::of(&names.slot(slot), &**weights, &mut tensors);
        }
        if let (1.., Some(sum)) = (learner.waiting, learner.gradients.first()) {
            Tensor::of(&names.slot(ACCUMULATOR), &*sum.dw, &mut tensors);
            tensors.push(Tensor::number(&names.waiting(), learner.waiting));
            tensors.push(Tensor::numbers(&names.touched(), &sum.named.bits()));
        }
        let layers = layers::<M>().into_iter().zip(&learner.frozen);
        let frozen: Vec<_> = layers.filter(|(_, frozen)| **frozen).map(|((path, _), _)| path).collect();
        let mut metadata: Vec<(String, String)> = [("optimizer", self.optimizer.name()), (FROZEN, &frozen.join(","))]
            .map(|(key, value)| (key.into(), value.into()))
            .into();
        for (k, (name, memory)) in memories.iter().enumerate() {
            metadata.push((names.callback(k), name.clone()));
            tensors.extend(memory.entries().map(|(name, entry)| Tensor::memory(&(names.memory(k) + name), entry)));
        }
        tensors::write::<M>(path, tensors, metadata)
    }

    /// Reads a file of [`save_checkpoint`](Self::save_checkpoint). Model and optimizer change only if the whole file is
    /// right.
    ///
    /// # Errors
    /// If the file cannot be read, or belongs to another model or optimizer. With [`strict`](Self::strict), also if a
    /// number is NaN or infinite; otherwise that is a printed warning.
    pub fn load_checkpoint(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        // Weights, slots, waiting gradients, and a snapshot of a callback.
        let bytes = tensors::read::<M>(path, MAX_SLOTS + 4)?;
        let mut reader = Reader::new(path, &bytes)?;
        let expected = self.optimizer.name();
        match reader.metadata("optimizer") {
            Some(got) if got == expected => {}
            Some(got) => {
                return Err(reader.problem(format!("expected a checkpoint of the optimizer `{expected}`, got `{got}`")));
            }
            None => return Err(reader.problem("this is no checkpoint; use `load_weights` for weights alone".into())),
        }
        let names = Names::of::<M>();
        let steps = reader.number(&names.steps())?;
        let [epoch, batch, passes, pass_step, seen, flags] = reader.numbers(&names.place())?;
        let learning_rate = reader.float(&names.learning_rate())?;
        let sums = reader.floats(&names.sums())?.unwrap_or_default();
        let mut memories = Vec::new();
        while let Some(name) = reader.metadata(&names.callback(memories.len())).map(String::from) {
            let memory = reader.memory(&names.memory(memories.len()))?;
            memories.push((name, memory));
        }
        let frozen: Vec<_> = reader.metadata(FROZEN).unwrap_or_default().split(',').map(String::from).collect();
        let variables = reader.variables::<M>("")?;
        let slots = self.optimizer.state().map(|slot| reader.variables::<M>(&names.slot(slot)));
        let slots = slots.collect::<Result<Vec<_>>>()?;
        let touched = reader.list(&names.touched())?;
        let accumulates = self.optimizer.options().gradient_accumulation_steps > 1;
        let sum = match touched {
            Some(_) if accumulates => Some(reader.variables::<M>(&names.slot(ACCUMULATOR))?),
            _ => None,
        };
        let waiting = if sum.is_some() { reader.number(&names.waiting())? } else { 0 };
        let all: Vec<_> = core::iter::once(&variables).chain(&slots).chain(&sum).collect();
        let warning = reader.check_finite::<M>(&all, self.strict)?;
        let counts = [steps, epoch, batch, passes, pass_step, seen, waiting];
        if let Some(count) = counts.into_iter().find(|&count| count > MOST || usize::try_from(count).is_err()) {
            return Err(reader.problem(format!("it counts {count} steps, epochs or batches, which no run can have")));
        }
        if batch > 0 && (passes == 0 || seen == 0) || flags > 3 {
            return Err(reader.problem("its place in the training data is no place".into()));
        }
        let graph = reader.check_graph::<M>();
        let learner = self.learner.get_or_insert_with(|| Learner::new(&self.optimizer));
        let named = learner.rows.of_bits(touched.as_deref().unwrap_or_default());
        if sum.is_some() && (named.is_none() || waiting == 0) {
            return Err(reader.problem("its waiting gradients are of an optimizer with other tables".into()));
        }
        reader.finish("")?;
        graph?;

        learner.forget();
        if let (Some(sum), Some(named)) = (sum, named) {
            let mut dw = zeroed_box::<M::Scalar, M>();
            sum.write(&mut *dw);
            learner.gradients.push(Gradient { dw, named });
            learner.waiting = waiting;
        }
        (learner.steps, learner.learning_rate, learner.averaged) = (steps, learning_rate, false);
        learner.frozen = layers::<M>().iter().map(|(path, _)| frozen.contains(path)).collect();
        learner.refreeze();
        learner.rows.reset();
        let [epoch, batch, passes, seen] = [epoch, batch, passes, seen].map(|number| number as usize);
        let begun = flags & 2 != 0 || batch > 0;
        let open = flags & 1 != 0 && passes > 0;
        self.cursor = Cursor { epoch, begun, batch, sums, passes, pass_step, seen, open, memories };
        variables.write(&mut *self.model);
        for (weights, slot) in learner.slots.iter_mut().zip(slots) {
            slot.write(&mut **weights);
        }
        warning.iter().for_each(Warning::print);
        Ok(())
    }
}

impl Tensor<'_> {
    /// Makes a tensor of an entry in a callback's memory.
    fn memory<'a>(name: &str, entry: &'a Entry) -> Tensor<'a> {
        let (dtype, shape, data) = match entry {
            Entry::Number(value) => return Tensor::float(name, *value),
            Entry::Count(value) => return Tensor::number(name, *value),
            Entry::Bytes(bytes) => (Dtype::U8, bytes.len(), Cow::Borrowed(bytes.as_slice())),
            Entry::Weights(Snapshot { bytes, width }) => {
                let dtype = if *width == 4 { Dtype::F32 } else { Dtype::F64 };
                (dtype, bytes.len() / width, little_endian(Cow::Borrowed(bytes), *width))
            }
        };
        Tensor { name: name.into(), dtype, shape: vec![shape], data }
    }
}

impl Reader<'_> {
    /// Reads the memory of a callback: the tensors whose names begin with `prefix`.
    fn memory(&mut self, prefix: &str) -> Result<CallbackMemory> {
        let names: Vec<_> = self.unused.iter().filter(|name| name.starts_with(prefix)).cloned().collect();
        let mut memory = CallbackMemory::default();
        for name in names {
            self.unused.remove(&name);
            let Ok(tensor) = self.file.tensor(&name) else { continue };
            let bytes = tensor.data();
            let weights = |width: usize| {
                let bytes = little_endian(Cow::Borrowed(bytes), width);
                Entry::Weights(Snapshot { bytes: bytes.into(), width })
            };
            // The parser of the file has compared the length with type and shape.
            let number = || u64::from_le_bytes(bytes.try_into().unwrap_or_default());
            let entry = match (tensor.dtype(), tensor.shape()) {
                (Dtype::F64, []) => Entry::Number(f64::from_bits(number())),
                (Dtype::U64, []) => Entry::Count(number()),
                (Dtype::U8, [_]) => Entry::Bytes(bytes.into()),
                (Dtype::F32, [_]) => weights(4),
                (Dtype::F64, [_]) => weights(8),
                (dtype, shape) => {
                    let problem = format!("tensor `{name}`: no callback remembers type {dtype:?} and shape {shape:?}");
                    return Err(self.problem(problem));
                }
            };
            memory.set(&name[prefix.len()..], entry);
        }
        Ok(memory)
    }
}
