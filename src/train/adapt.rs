//! [`Adapt`]: `model.adapt(&x)`.

use crate::data::Batches;
use crate::predict::BATCH_SIZE;
use crate::{Error, Heap, Model, Result, Tensors, check};
use nn_core::adapt::{Adapted, Adapting};

/// `adapt`, as Keras's Normalization has it. In the prelude.
///
/// ```
/// use nn::prelude::*;
///
/// model! {
///     pub struct Price;
///
///     let rooms = Input(shape = [2]);
///     let scaled = Normalization()(rooms);
///     let y = Dense(1)(scaled);
///
///     Model(inputs = rooms, outputs = y)
/// }
///
/// let x = [[1.0_f32, 10.0], [3.0, 30.0]].map(SVector::from);
/// let mut price = Price::boxed(&mut StdRng::seed_from_u64(1));
/// price.adapt(&x)?;
/// assert_eq!(price.scaled.mean.as_slice(), [2.0, 20.0]);
/// assert_eq!(price.scaled.variance.as_slice(), [1.0, 100.0]);
/// # nn::Result::Ok(())
/// ```
pub trait Adapt: Model {
    /// Gives every Normalization without a given mean and variance those of its input over the samples `x`. Call it
    /// before training; earlier statistics are forgotten. Weight files hold the statistics.
    ///
    /// Layers before a Normalization compute as in a prediction. If one Normalization follows another, there are
    /// several passes over the samples, until nothing changes. A model inside that is frozen in the graph keeps its
    /// statistics.
    ///
    /// # Errors
    /// If the model has no such layer. Also if there are no samples, if inputs have different numbers of samples, NaN,
    /// infinity, or an index out of range. Nothing changes then.
    fn adapt(&mut self, x: impl Batches<Self::Inputs>) -> Result<()> {
        adapt(self, x.batches())
    }
}

impl<M: Model> Adapt for M {}

/// Three variables belong to each layer that adapts.
const OF_A_LAYER: usize = 3;

pub(crate) fn adapt<M: Model>(model: &mut M, x: <M::Inputs as Tensors>::Batch<'_>) -> Result<()> {
    let count = check::inputs::<M>(x)?;
    if count == 0 {
        return Err(Error::Empty { tensor: format!("input `{}`", M::INPUT_NAMES[0]) });
    }
    let mut scratch = crate::weights::zeroed_box::<M::Scalar, M>();
    let mut passes = 0;
    loop {
        let mut adapting = Adapting::<M, Heap>::new(BATCH_SIZE.min(count));
        for start in (0..count).step_by(BATCH_SIZE) {
            let end = count.min(start + BATCH_SIZE);
            adapting.add(model, M::Inputs::slice(x, start..end), end - start);
        }
        let Adapted { variables, changed } = adapting.finish(model, &mut scratch);
        if variables == 0 {
            let expected = "a model with a Normalization that has no given mean and variance";
            return Err(Error::Setting {
                name: "adapt",
                expected: expected.to_string(),
                got: format!("`{}`", M::NAME),
            });
        }
        passes += 1;
        if !changed || passes * OF_A_LAYER >= variables {
            return Ok(());
        }
    }
}
