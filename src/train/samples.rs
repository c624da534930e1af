//! [`Samples`]: inputs, targets and weights of some samples, and [`TrainingBatch`], their source.

use crate::data::{Batches, SampleWeight};
use crate::train::weights::{Given, Weights};
use crate::{Error, Result, Tensors};
use core::ops::Range;
use std::error::Error as StdError;

/// Inputs, targets and weights of some samples.
pub(crate) struct Samples<'a, X: Tensors, Y: Tensors> {
    pub(crate) x: X::Batch<'a>,
    pub(crate) y: Y::Batch<'a>,
    pub(crate) weights: Weights<'a>,
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
        let weights = self.weights.slice(self.len(), range.clone());
        Samples { x: X::slice(self.x, range.clone()), y: Y::slice(self.y, range), weights }
    }

    /// Returns the number of samples of the first input.
    pub(crate) fn len(self) -> usize {
        X::len(self.x)
    }
}

/// A batch for training or evaluation: `(x, y)`, `(x, y, sample_weight)`, or a `Result` of one.
///
/// `x` and `y` have the types that [`Compiled::fit`](crate::Compiled::fit) takes, and the weights those of
/// [`Fit::sample_weight`](crate::Fit::sample_weight). An `Err` ends the run. Its type can be any that converts to
/// `Box<dyn Error>`, for example `io::Error` or `String`.
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
    fn visit(self, visit: &mut dyn FnMut(Batch<'_, X, Y>) -> Result<()>) -> Result<()>;
}

/// The inputs, targets and weights of a batch, which are not checked yet.
pub struct Batch<'a, X: Tensors, Y: Tensors> {
    pub(crate) x: X::Batch<'a>,
    pub(crate) y: Y::Batch<'a>,
    pub(crate) weights: Option<Given>,
}

impl<'a, X: Tensors, Y: Tensors> Batch<'a, X, Y> {
    pub(crate) fn new(x: &'a impl Batches<X>, y: &'a impl Batches<Y>) -> Self {
        Batch { x: x.batches(), y: y.batches(), weights: None }
    }

    pub(crate) fn weighted(x: &'a impl Batches<X>, y: &'a impl Batches<Y>, weights: &impl SampleWeight) -> Self {
        Batch { weights: Some(Given::new(weights)), ..Batch::new(x, y) }
    }
}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>> TrainingBatch<X, Y> for (A, B) {
    fn visit(self, visit: &mut dyn FnMut(Batch<'_, X, Y>) -> Result<()>) -> Result<()> {
        visit(Batch::new(&self.0, &self.1))
    }
}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>, W: SampleWeight> TrainingBatch<X, Y> for (A, B, W) {
    fn visit(self, visit: &mut dyn FnMut(Batch<'_, X, Y>) -> Result<()>) -> Result<()> {
        visit(Batch::weighted(&self.0, &self.1, &self.2))
    }
}

#[diagnostic::do_not_recommend]
impl<X: Tensors, Y: Tensors, B: TrainingBatch<X, Y>, E: Into<Box<dyn StdError>>> TrainingBatch<X, Y>
    for core::result::Result<B, E>
{
    fn visit(self, visit: &mut dyn FnMut(Batch<'_, X, Y>) -> Result<()>) -> Result<()> {
        self.map_err(Error::data)?.visit(visit)
    }
}
