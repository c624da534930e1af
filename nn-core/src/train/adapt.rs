//! [`Adapting`]: layers learn mean and variance of their inputs from data, before training.

use crate::layer::model::{Graph, Model};
use crate::layer::{Layer, Mode, Pass, Train};
use crate::tensor::Tensors;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::{Buffer, Storage};
use crate::weights::Path;
use rand::SeedableRng;
use rand::rngs::Xoshiro128PlusPlus;

/// A pass over data that gives each [`Normalization`](crate::layers::Normalization) without given numbers the mean and
/// the variance of its input. It needs no `std`, and no heap if the storage is [`Inline`](crate::Inline).
///
/// With `std`, `model.adapt(&x)` does all of this. If a Normalization follows another one, its input changes when that
/// one has adapted. Then a second pass is needed: see [`finish`](Self::finish).
///
/// ```ignore
/// let mut adapting = Adapting::<Digits, Inline<1>>::new(1);
/// for x in &samples {
///     adapting.add(&digits, core::slice::from_ref(x), 1);
/// }
/// adapting.finish(&mut digits, &mut scratch);
/// ```
pub struct Adapting<M: Model, B: Storage> {
    y: <M::Outputs as Tensors>::Buffers<B>,
    cache: <M::Graph as Layer<M::Scalar, M::Inputs>>::Cache<B>,
}

/// The result of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adapted {
    /// The number of variables that have new values: three for each Normalization.
    pub variables: usize,
    /// Whether one of them differs from before. If several layers adapt, another pass may change more.
    pub changed: bool,
}

impl<M: Model, B: Storage> Adapting<M, B> {
    /// Creates the memory of a pass, for batches of up to `capacity` samples.
    pub fn new(capacity: usize) -> Self {
        Adapting { y: Buffer::with_capacity(capacity), cache: Buffer::with_capacity(capacity) }
    }

    /// Adds a batch of `n` samples.
    pub fn add(&mut self, model: &M, x: <M::Inputs as Tensors>::Batch<'_>, n: usize) {
        // Nothing draws from it.
        let mut rng = Xoshiro128PlusPlus::seed_from_u64(0);
        let y = M::Outputs::batch_mut::<B>(&mut self.y, n);
        M::Graph::NEW.forward::<B>(model, x, y, Pass::training(&mut self.cache, Mode::adapting(&mut rng)));
    }

    /// Gives the model the mean and the variance of all batches. `scratch` is overwritten.
    pub fn finish(&self, model: &mut M, scratch: &mut M) -> Adapted {
        // Every variable that no layer learns stays NaN.
        let nan = M::Scalar::of(f64::NAN);
        scratch.as_mut_slice().fill(nan);
        M::Graph::NEW.update::<B>(scratch, &self.cache);
        let (learned, mut start, mut adapted) = (scratch.as_slice(), 0, Adapted { variables: 0, changed: false });
        let w = model.as_mut_slice();
        M::variables(&Path::ROOT, &mut |variable| {
            let end = start + variable.shape.size();
            if let (Some(w), Some(learned)) = (w.get_mut(start..end), learned.get(start..end))
                && !variable.trainable
                && !learned.is_empty()
                && !learned.iter().any(|value| value.to_f64().is_nan())
            {
                adapted.variables += 1;
                adapted.changed |= *w != *learned;
                w.iter_mut().zip(learned).for_each(|(w, &learned)| *w = learned);
            }
            start = end;
        });
        adapted
    }
}
