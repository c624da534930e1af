//! [`Samples`]: inputs, targets and weights of some samples; and who can give them.

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

/// One batch to train on or to evaluate: `(x, y)`, `(x, y, sample_weight)`, or a `Result` of one.
///
/// `x` and `y` are what [`Compiled::fit`](crate::Compiled::fit) takes; the weights are a `Vec`, slice or array of
/// `f64`. An `Err` ends the run with this error. It is anything that converts to `Box<dyn Error>`: an `io::Error`, a
/// `String`.
#[diagnostic::on_unimplemented(
    message = "expected batches `(x, y)` or `(x, y, sample_weight)`",
    label = "batches of another type",
    note = "a batch is `(x, y)` or `(x, y, sample_weight)`, with `x` and `y` as `fit` takes them, or a `Result` of one",
    note = "explained in nn::errors::nn0501"
)]
pub trait TrainingBatch<X: Tensors, Y: Tensors> {
    /// Calls `visit` with inputs, targets and weights.
    ///
    /// # Errors
    /// That of `visit`, or that of the batch itself.
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
