//! [`Live`]: a model in training, behind the view of a callback.

use crate::losses::Losses;
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::report::values::Report;
use crate::train::compile::Compiled;
use crate::train::totals::Tally;
use crate::{Model, Path as Name, Result, Scalar};
use core::any::Any;
#[cfg(feature = "files")]
use std::path::Path;

/// The abilities of a run that do not depend on the type of its model.
pub(crate) trait Training {
    fn report(&self) -> Option<Report>;
    fn loss(&self) -> f64;
    fn steps(&self) -> u64;
    fn learning_rate(&self) -> f64;
    fn set_learning_rate(&mut self, rate: f64);
    fn set_trainable(&mut self, path: &str, trainable: bool) -> Result<()>;
    #[cfg(feature = "files")]
    fn save_weights(&self, path: &Path) -> Result<()>;
    #[cfg(feature = "files")]
    fn save_checkpoint(&mut self, path: &Path) -> Result<()>;
    fn weights(&self) -> &[u8];
    fn weights_mut(&mut self) -> &mut [u8];
    fn invalid_weight(&self) -> Option<(String, f64)>;
    fn width(&self) -> usize;
    fn use_averaged_weights(&mut self, averaged: bool) -> Result<()>;
    fn model(&self) -> &dyn Any;
    fn model_name(&self) -> &'static str;
}

/// A model in training, and the numbers so far.
pub(crate) struct Live<'a, M: Model, O, L: Losses<M::Outputs>, K: Metrics<M::Outputs, L::Targets>> {
    pub(crate) compiled: &'a mut Compiled<M, O, L, K>,
    pub(crate) tally: &'a Tally<K::State>,
}

impl<M: Model, O: Optimizer, L: Losses<M::Outputs>, K: Metrics<M::Outputs, L::Targets>> Training
    for Live<'_, M, O, L, K>
{
    fn report(&self) -> Option<Report> {
        Some(self.tally.report(&self.compiled.metrics, &self.compiled.names))
    }

    fn loss(&self) -> f64 {
        self.tally.loss()
    }

    fn steps(&self) -> u64 {
        self.compiled.steps()
    }

    fn learning_rate(&self) -> f64 {
        self.compiled.learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.compiled.set_learning_rate(rate);
    }

    fn set_trainable(&mut self, path: &str, trainable: bool) -> Result<()> {
        self.compiled.set_trainable(path, trainable)
    }

    #[cfg(feature = "files")]
    fn save_weights(&self, path: &Path) -> Result<()> {
        self.compiled.save_weights(path)
    }

    #[cfg(feature = "files")]
    fn save_checkpoint(&mut self, path: &Path) -> Result<()> {
        self.compiled.cursor.sums = self.tally.sums();
        self.compiled.save_checkpoint(path)
    }

    fn weights(&self) -> &[u8] {
        bytemuck::cast_slice(self.compiled.model.as_slice())
    }

    fn weights_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(self.compiled.model.as_mut_slice())
    }

    fn invalid_weight(&self) -> Option<(String, f64)> {
        let place = self.compiled.model.as_slice().iter().position(|weight| !weight.to_f64().is_finite())?;
        let (mut end, mut name) = (0, None);
        M::variables(&Name::ROOT, &mut |variable| {
            end += variable.shape.size();
            if name.is_none() && place < end {
                name = Some(variable.path.to_string());
            }
        });
        Some((name.unwrap_or_default(), self.compiled.model.as_slice()[place].to_f64()))
    }

    fn width(&self) -> usize {
        size_of::<M::Scalar>()
    }

    fn use_averaged_weights(&mut self, averaged: bool) -> Result<()> {
        self.compiled.use_averaged_weights(averaged)
    }

    fn model(&self) -> &dyn Any {
        &*self.compiled.model
    }

    fn model_name(&self) -> &'static str {
        core::any::type_name::<M>()
    }
}
