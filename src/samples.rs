//! [`Samples`]: inputs, targets and weights of some samples; and who can give them.

use crate::Tensors;
use crate::data::{Batches, Column};
use core::ops::Range;

/// Inputs, targets and weights of some samples.
pub struct Samples<'a, X: Tensors, Y: Tensors> {
    /// The inputs.
    pub x: X::Batch<'a>,
    /// The targets.
    pub y: Y::Batch<'a>,
    /// How much each sample counts in the loss; empty for all 1.
    pub weights: &'a [f64],
}

impl<X: Tensors, Y: Tensors> Clone for Samples<'_, X, Y> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<X: Tensors, Y: Tensors> Copy for Samples<'_, X, Y> {}

impl<X: Tensors, Y: Tensors> Samples<'_, X, Y> {
    /// Some of them.
    pub(crate) fn slice(self, range: Range<usize>) -> Self {
        let weights = self.weights.get(range.clone()).unwrap_or(&[]);
        Samples { x: X::slice(self.x, range.clone()), y: Y::slice(self.y, range), weights }
    }

    /// How many samples the first input has.
    pub(crate) fn len(self) -> usize {
        X::len(self.x)
    }
}

/// What can be trained on or evaluated as one batch: `(x, y)`, or `(x, y, sample_weight)`.
///
/// `x` and `y` are what [`Compiled::fit`](crate::Compiled::fit) takes; the weights are a `Vec`, slice or array of `f64`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a batch of this model",
    note = "a batch is `(x, y)` or `(x, y, sample_weight)`, with `x` and `y` as `fit` takes them",
    note = "explained in nn::errors::nn0501"
)]
pub trait TrainingBatch<X: Tensors, Y: Tensors> {
    /// Inputs, targets and weights.
    fn samples(&self) -> Samples<'_, X, Y>;
}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>> TrainingBatch<X, Y> for (A, B) {
    fn samples(&self) -> Samples<'_, X, Y> {
        Samples { x: self.0.batches(), y: self.1.batches(), weights: &[] }
    }
}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>, W: Column<Item = f64>> TrainingBatch<X, Y> for (A, B, W) {
    fn samples(&self) -> Samples<'_, X, Y> {
        Samples { x: self.0.batches(), y: self.1.batches(), weights: self.2.items() }
    }
}
