//! [`Predict`]: predictions for many samples, and their memory.

use crate::check;
use crate::data::Batches;
use crate::spec::MAX_INPUTS;
use crate::threads::{Division, Team};
use crate::{Buffer, Ends, Graph, Heap, Layer, Model, Pass, Result, Tensors, Train};
use core::ops::Range;
use nn_core::passes::masks;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keras's default size of a batch.
pub(crate) const BATCH_SIZE: usize = 32;

/// Predictions for many samples. In the prelude.
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
/// let line = Line::boxed(&mut StdRng::seed_from_u64(1));
/// let y: Vec<SVector<f32, 1>> = line.predict([0.0_f32, 1.0, 2.0])?;
/// assert_eq!(y[2], line.call(&SVector::from([2.0])));
/// # nn::Result::Ok(())
/// ```
pub trait Predict: Model {
    /// Returns the outputs for the inputs `x`: a `Vec`, or the model's `…Outputs` struct of `Vec`s if there are several
    /// outputs.
    ///
    /// It works in batches of 32 samples, and allocates memory for one batch. `call`, for one sample, allocates
    /// nothing.
    ///
    /// # Errors
    /// If inputs have different numbers of samples, NaN, infinity, or an index out of range.
    fn predict(&self, x: impl Batches<Self::Inputs>) -> Result<Self::Predictions> {
        self.predict_in_batches(x, BATCH_SIZE)
    }

    /// Does the work of [`predict`](Self::predict) in batches of another size. The memory grows with the size; the
    /// result is the same.
    ///
    /// # Errors
    /// As [`predict`](Self::predict), or if `batch_size` is 0.
    fn predict_in_batches(&self, x: impl Batches<Self::Inputs>, batch_size: usize) -> Result<Self::Predictions> {
        predict(self, x.batches(), batch_size, &mut None)
    }
}

impl<M: Model> Predict for M {}

/// Predicts `x`, and leaves the working memory in `memory` for the next call.
pub(crate) fn predict<M: Model>(
    model: &M,
    x: <M::Inputs as Tensors>::Batch<'_>,
    batch_size: usize,
    memory: &mut Option<Scratch<M>>,
) -> Result<M::Predictions> {
    check::batch_size(batch_size)?;
    let count = check::inputs::<M>(x)?;
    let mut vecs = M::Outputs::vecs(count);
    Scratch::of(memory).predict(model, x, M::Outputs::vecs_mut(&mut vecs), batch_size);
    Ok(vecs.into())
}

/// Predicts each batch, and joins the outputs.
pub(crate) fn predict_batches<M: Model, B: Batches<M::Inputs>>(
    model: &M,
    batches: impl IntoIterator<Item = B>,
    memory: &mut Option<Scratch<M>>,
) -> Result<M::Predictions> {
    let (mut parts, mut total) = (Vec::new(), 0);
    for batch in batches {
        let x = batch.batches();
        let n = check::inputs::<M>(x)?;
        let mut part = M::Outputs::vecs(n);
        if n > 0 {
            Scratch::of(memory).predict(model, x, M::Outputs::vecs_mut(&mut part), n);
        }
        parts.push((n, part));
        total += n;
    }
    let (mut vecs, mut start, mut indices) = (M::Outputs::vecs(total), 0, Vec::new());
    for (n, mut part) in parts {
        indices.extend(indices.len()..n);
        let part = M::Outputs::vecs_mut(&mut part);
        let to = M::Outputs::slice_mut(M::Outputs::vecs_mut(&mut vecs), start..start + n);
        M::Outputs::gather(M::Outputs::shared(&part), &indices[..n], to);
        start += n;
    }
    Ok(vecs.into())
}

/// The working memory of predictions.
pub(crate) struct Scratch<M: Model> {
    capacity: usize,
    parts: Vec<PartScratch<M>>,
    /// The number of parts that the last prediction used.
    used: usize,
}

/// The memory that a [`Compiled`](crate::Compiled) keeps for predictions through a shared reference.
pub(crate) struct Kept<M: Model>(Mutex<Option<Scratch<M>>>);

impl<M: Model> Default for Kept<M> {
    fn default() -> Self {
        Kept(Mutex::new(None))
    }
}

impl<M: Model> Kept<M> {
    /// Calls `work` with the memory, or with none if another thread uses it. No lock is held during the work.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Option<Scratch<M>>) -> R) -> R {
        let mut memory = self.lock().take();
        let result = work(&mut memory);
        *self.lock() = memory;
        result
    }

    fn lock(&self) -> MutexGuard<'_, Option<Scratch<M>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The memory of one part of a prediction.
pub(crate) struct PartScratch<M: Model> {
    /// The samples of this part.
    pub(crate) samples: Range<usize>,
    scratch: <M::Graph as Layer<M::Scalar, M::Inputs>>::Scratch<Heap>,
}

impl<M: Model> Scratch<M> {
    /// Returns the memory in `memory`, and makes it if it is missing.
    pub(crate) fn of(memory: &mut Option<Self>) -> &mut Self {
        memory.get_or_insert_with(|| Scratch { capacity: 0, parts: Vec::new(), used: 0 })
    }

    /// Predicts samples in batches of `size`. A single batch may be divided into parts; several are divided by whole
    /// batches.
    pub(crate) fn predict(
        &mut self,
        model: &M,
        x: <M::Inputs as Tensors>::Batch<'_>,
        y: <M::Outputs as Tensors>::BatchMut<'_>,
        size: usize,
    ) {
        let n = M::Inputs::len(x);
        let (unit, division) = match size < n {
            true => (size, Division::of_batches::<M>(size)),
            false => (1, Division::of_prediction::<M>()),
        };
        let units = n.div_ceil(unit);
        self.used = division.parts(units);
        self.reserve(if size < n { size } else { division.capacity(n) });
        let parts = &mut self.parts[..self.used];
        for (number, part) in parts.iter_mut().enumerate() {
            let units = division.range(units, number);
            part.samples = units.start * unit..n.min(units.end * unit);
        }
        for_each_part(Team::apart(parts.len()), parts, y, &|part, y| part.predict(model, x, y, size));
    }

    /// Makes the memory of all used parts, unless it exists.
    fn reserve(&mut self, capacity: usize) {
        if self.capacity < capacity {
            self.parts.clear();
            self.capacity = capacity;
        }
        while self.parts.len() < self.used {
            self.parts.push(PartScratch { samples: 0..0, scratch: Buffer::with_capacity(self.capacity) });
        }
    }

    /// Returns the parts of the last prediction.
    pub(crate) fn parts(&self) -> &[PartScratch<M>] {
        &self.parts[..self.used]
    }
}

impl<M: Model> PartScratch<M> {
    /// Predicts the samples of this part of `x`, in batches of `size`.
    fn predict(
        &mut self,
        model: &M,
        x: <M::Inputs as Tensors>::Batch<'_>,
        mut y: <M::Outputs as Tensors>::BatchMut<'_>,
        size: usize,
    ) {
        let (x, n) = (M::Inputs::slice(x, self.samples.clone()), self.samples.len());
        for start in (0..n).step_by(size) {
            let range = start..n.min(start.saturating_add(size));
            let y = M::Outputs::slice_mut(M::Outputs::reborrow(&mut y), range.clone());
            let pass = Pass::inference(&mut self.scratch);
            M::Graph::NEW.forward::<Heap>(model, M::Inputs::slice(x, range), y, pass);
        }
    }

    /// Returns the penalty on activations, after a prediction as one batch.
    pub(crate) fn activity(&self) -> M::Scalar {
        M::Graph::NEW.activity(&self.scratch)
    }

    /// Returns the logits of the outputs that have them, after a prediction as one batch.
    pub(crate) fn logits(&self) -> <M::Outputs as Tensors>::Optional<'_> {
        M::Graph::logits::<Heap>(&self.scratch, self.samples.len())
    }

    /// Returns the masks of the outputs, after a prediction of `x` as one batch.
    pub(crate) fn masks<'a, 'x: 'a>(&'a self, x: <M::Inputs as Tensors>::Batch<'x>) -> [Option<&'a [u32]>; MAX_INPUTS] {
        let (n, x) = (self.samples.len(), M::Inputs::slice(M::Inputs::shorter(x), self.samples.clone()));
        masks::<M>(|output| M::Graph::mask::<Heap>(x, &self.scratch, n, output))
    }
}

/// Calls `work` with each part and its samples of `y`.
fn for_each_part<M: Model>(
    team: Team,
    parts: &mut [PartScratch<M>],
    y: <M::Outputs as Tensors>::BatchMut<'_>,
    work: &(impl Fn(&mut PartScratch<M>, <M::Outputs as Tensors>::BatchMut<'_>) + Sync),
) {
    if let [part] = parts {
        return work(part, y);
    }
    let (parts, others) = parts.split_at_mut(parts.len() / 2);
    let (y, rest) = M::Outputs::split_mut(y, others[0].samples.start - parts[0].samples.start);
    team.join(|| for_each_part(team, parts, y, work), || for_each_part(team, others, rest, work));
}
