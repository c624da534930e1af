//! [`Validation`]: validation data, in memory or batch by batch.

use crate::data::{Batches, SampleWeight};
use crate::train::samples::{Batch, TrainingBatch};
use crate::{Result, Tensors};

/// Validation data with inputs `X` and targets `Y`, from [`Fit::validation_data`](crate::Fit::validation_data) or
/// [`Fit::validation_batches`](crate::Fit::validation_batches). `()` is no data.
#[diagnostic::on_unimplemented(
    message = "this is no data for the validation of this model",
    note = "`Fit::new().validation_data(&x, &y)` takes data as `fit` does",
    note = "explained in nn::errors::nn0501"
)]
pub trait Validation<X: Tensors, Y: Tensors> {
    /// Returns the data, if it is in memory.
    fn whole(&self) -> Option<Batch<'_, X, Y>> {
        None
    }

    /// Returns whether the data comes batch by batch.
    fn streams(&self) -> bool {
        false
    }

    /// Calls `visit` with each batch, at most `steps` times.
    ///
    /// # Errors
    /// If `visit` fails.
    fn each(&mut self, steps: Option<usize>, visit: &mut dyn FnMut(Batch<'_, X, Y>) -> Result<()>) -> Result<()> {
        let (_, _) = (steps, visit);
        Ok(())
    }
}

impl<X: Tensors, Y: Tensors> Validation<X, Y> for () {}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>> Validation<X, Y> for (A, B) {
    fn whole(&self) -> Option<Batch<'_, X, Y>> {
        Some(Batch::new(&self.0, &self.1))
    }
}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>, W: SampleWeight> Validation<X, Y> for (A, B, W) {
    fn whole(&self) -> Option<Batch<'_, X, Y>> {
        Some(Batch::weighted(&self.0, &self.1, &self.2))
    }
}

/// Data beside other data: [`Pair`](Self::Pair) is `(X, Self)`.
///
/// A type of its own, so that a missing argument of [`Fit::validation_data`](crate::Fit::validation_data) is one error.
pub trait Beside<X> {
    /// Both.
    type Pair: From<(X, Self)>
    where
        Self: Sized;
}

impl<X, Y> Beside<X> for Y {
    type Pair = (X, Y);
}

/// Validation from an iterator for every evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Streamed<F>(pub(crate) F);

impl<X: Tensors, Y: Tensors, F, I> Validation<X, Y> for Streamed<F>
where
    F: FnMut() -> I,
    I: IntoIterator<Item: TrainingBatch<X, Y>>,
{
    fn streams(&self) -> bool {
        true
    }

    fn each(&mut self, steps: Option<usize>, visit: &mut dyn FnMut(Batch<'_, X, Y>) -> Result<()>) -> Result<()> {
        let mut batches = (self.0)().into_iter().take(steps.unwrap_or(usize::MAX));
        batches.try_for_each(|batch| batch.visit(visit))
    }
}
