//! [`Samples`]: inputs, targets and weights of some samples, and [`TrainingBatch`], their source.

use crate::data::{Batches, Column};
use crate::{Error, Result, Tensors};
use core::ops::Range;
use std::error::Error as StdError;

/// Inputs, targets and weights of some samples.
pub struct Samples<'a, X: Tensors, Y: Tensors> {
    /// The inputs.
    pub x: X::Batch<'a>,
    /// The targets.
    pub y: Y::Batch<'a>,
    /// The weight of each sample in the loss. Empty if all are 1.
    pub weights: &'a [f64],
}

impl<X: Tensors, Y: Tensors> Clone for Samples<'_, X, Y> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<X: Tensors, Y: Tensors> Copy for Samples<'_, X, Y> {}

impl<X: Tensors, Y: Tensors> Samples<'_, X, Y> {
    /// Returns a range of the samples.
    pub(crate) fn slice(self, range: Range<usize>) -> Self {
        let weights = self.weights.get(range.clone()).unwrap_or(&[]);
        Samples { x: X::slice(self.x, range.clone()), y: Y::slice(self.y, range), weights }
    }

    /// Returns the number of samples of the first input.
    pub(crate) fn len(self) -> usize {
        X::len(self.x)
    }
}

/// A batch for training or evaluation: `(x, y)`, `(x, y, sample_weight)`, or a `Result` of one.
///
/// `x` and `y` have the types that [`Compiled::fit`](crate::Compiled::fit) takes. The weights are a `Vec`, slice or
/// array of `f64`. An `Err` ends the run. Its type can be any that converts to `Box<dyn Error>`, for example
/// `io::Error` or `String`.
#[diagnostic::on_unimplemented(
    message = "expected batches `(x, y)` or `(x, y, sample_weight)`",
    label = "batches of another type",
    note = "a batch is `(x, y)` or `(x, y, sample_weight)`, with `x` and `y` as `fit` takes them, or a `Result` of one",
    note = "explained in nn::errors::nn0501"
)]
pub trait TrainingBatch<X: Tensors, Y: Tensors> {
    /// Calls `visit` with the inputs, targets and weights.
    ///
    /// # Errors
    /// If `visit` fails, or the batch is an `Err`.
    fn visit(self, visit: &mut dyn FnMut(Samples<'_, X, Y>) -> Result<()>) -> Result<()>;
}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>> TrainingBatch<X, Y> for (A, B) {
    fn visit(self, visit: &mut dyn FnMut(Samples<'_, X, Y>) -> Result<()>) -> Result<()> {
        visit(Samples { x: self.0.batches(), y: self.1.batches(), weights: &[] })
    }
}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>, W: Column<Item = f64>> TrainingBatch<X, Y> for (A, B, W) {
    fn visit(self, visit: &mut dyn FnMut(Samples<'_, X, Y>) -> Result<()>) -> Result<()> {
        visit(Samples { x: self.0.batches(), y: self.1.batches(), weights: self.2.items() })
    }
}

#[diagnostic::do_not_recommend]
impl<X: Tensors, Y: Tensors, B: TrainingBatch<X, Y>, E: Into<Box<dyn StdError>>> TrainingBatch<X, Y>
    for core::result::Result<B, E>
{
    fn visit(self, visit: &mut dyn FnMut(Samples<'_, X, Y>) -> Result<()>) -> Result<()> {
        self.map_err(Error::data)?.visit(visit)
    }
}
