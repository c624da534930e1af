//! [`Validation`]: data for validation, in memory or batch by batch.

use crate::data::{Batches, Column};
use crate::train::samples::{Samples, TrainingBatch};
use crate::{Result, Tensors};

/// Data for validation with inputs `X` and targets `Y`: what [`Fit::validation_data`](crate::Fit::validation_data) or
/// [`Fit::validation_batches`](crate::Fit::validation_batches) took, or `()` for none.
#[diagnostic::on_unimplemented(
    message = "this is no data for the validation of this model",
    note = "`Fit::new().validation_data(&x, &y)` takes data as `fit` does",
    note = "explained in nn::errors::nn0501"
)]
pub trait Validation<X: Tensors, Y: Tensors> {
    /// The data, if it is in memory.
    fn whole(&self) -> Option<Samples<'_, X, Y>> {
        None
    }

    /// Whether the data comes batch by batch.
    fn streams(&self) -> bool {
        false
    }

    /// Calls `visit` with batch after batch, `steps` of them at most.
    ///
    /// # Errors
    /// Those of `visit`.
    fn each(&mut self, steps: Option<usize>, visit: &mut dyn FnMut(Samples<'_, X, Y>) -> Result<()>) -> Result<()> {
        let (_, _) = (steps, visit);
        Ok(())
    }
}

impl<X: Tensors, Y: Tensors> Validation<X, Y> for () {}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>> Validation<X, Y> for (A, B) {
    fn whole(&self) -> Option<Samples<'_, X, Y>> {
        Some(Samples { x: self.0.batches(), y: self.1.batches(), weights: &[] })
    }
}

impl<X: Tensors, Y: Tensors, A: Batches<X>, B: Batches<Y>, W: Column<Item = f64>> Validation<X, Y> for (A, B, W) {
    fn whole(&self) -> Option<Samples<'_, X, Y>> {
        Some(Samples { x: self.0.batches(), y: self.1.batches(), weights: self.2.items() })
    }
}

/// Validation from an iterator that is made for every evaluation.
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

    fn each(&mut self, steps: Option<usize>, visit: &mut dyn FnMut(Samples<'_, X, Y>) -> Result<()>) -> Result<()> {
        let mut batches = (self.0)().into_iter().take(steps.unwrap_or(usize::MAX));
        batches.try_for_each(|batch| batch.visit(visit))
    }
}
