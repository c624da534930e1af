//! [`Predict`]: predictions for many samples; and the memory they need.

use crate::check;
use crate::data::Batches;
use crate::{Buffer, Graph, Heap, Layer, Model, Pass, Result, Tensors};

/// Keras's default size of a batch.
pub(crate) const BATCH_SIZE: usize = 32;

/// Predictions of a model for many samples. In the prelude.
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
    /// The outputs for the inputs `x`: a `Vec`, or for several outputs the model's `…Outputs` struct of them.
    ///
    /// It works in batches of 32 samples, on memory that this call makes; `call`, for a single sample, needs none.
    ///
    /// # Errors
    /// If inputs have different numbers of samples, or hold NaN or infinity.
    fn predict(&self, x: impl Batches<Self::Inputs>) -> Result<Self::Predictions> {
        self.predict_in_batches(x, BATCH_SIZE)
    }

    /// [`predict`](Self::predict) in batches of another size; the memory grows with it, the result is the same.
    ///
    /// # Errors
    /// As [`predict`](Self::predict), or if `batch_size` is 0.
    fn predict_in_batches(&self, x: impl Batches<Self::Inputs>, batch_size: usize) -> Result<Self::Predictions> {
        predict(self, x.batches(), batch_size, &mut None)
    }
}

impl<M: Model> Predict for M {}

/// Predicts `x` with memory that is kept in `memory`.
pub(crate) fn predict<M: Model>(
    model: &M,
    x: <M::Inputs as Tensors>::Batch<'_>,
    batch_size: usize,
    memory: &mut Option<Scratch<M>>,
) -> Result<M::Predictions> {
    check::batch_size(batch_size)?;
    let count = check::inputs::<M>(x)?;
    let memory = Scratch::of(memory, batch_size.min(count));
    let mut vecs = M::Outputs::vecs(count);
    for start in (0..count).step_by(batch_size) {
        let range = start..count.min(start.saturating_add(batch_size));
        let y = M::Outputs::slice_mut(M::Outputs::vecs_mut(&mut vecs), range.clone());
        memory.forward(model, M::Inputs::slice(x, range), y);
    }
    Ok(vecs.into())
}

/// Predicts batch after batch, into vectors of all.
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
            Scratch::of(memory, n).forward(model, x, M::Outputs::vecs_mut(&mut part));
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

/// The memory of predictions.
pub(crate) struct Scratch<M: Model> {
    capacity: usize,
    scratch: <M::Graph as Layer<M::Scalar, M::Inputs>>::Scratch<Heap>,
}

impl<M: Model> Scratch<M> {
    /// The memory in `memory`, made anew where it is missing or too small for batches of `n` samples.
    pub(crate) fn of(memory: &mut Option<Self>, n: usize) -> &mut Self {
        if memory.as_ref().is_none_or(|memory| memory.capacity < n) {
            *memory = None;
        }
        memory.get_or_insert_with(|| Scratch { capacity: n, scratch: Buffer::with_capacity(n) })
    }

    /// Predicts a batch.
    pub(crate) fn forward(
        &mut self,
        model: &M,
        x: <M::Inputs as Tensors>::Batch<'_>,
        y: <M::Outputs as Tensors>::BatchMut<'_>,
    ) {
        M::Graph::NEW.forward::<Heap>(model, x, y, Pass::Inference(&mut self.scratch));
    }

    /// The penalty on activations, after [`forward`](Self::forward).
    pub(crate) fn activity(&self) -> M::Scalar {
        M::Graph::NEW.activity(&self.scratch)
    }

    /// The logits of the outputs that have them, after [`forward`](Self::forward) with `n` samples.
    pub(crate) fn logits(&self, n: usize) -> <M::Outputs as Tensors>::Optional<'_> {
        M::Graph::logits::<Heap>(&self.scratch, n)
    }

    /// The mask of an output that has one, after [`forward`](Self::forward) with the `n` samples `x`.
    pub(crate) fn mask<'a>(
        &'a self,
        x: <M::Inputs as Tensors>::Batch<'a>,
        n: usize,
        output: usize,
    ) -> Option<&'a [u32]> {
        M::Graph::mask::<Heap>(x, &self.scratch, n, output)
    }
}
