//! [`SwapEMAWeights`]: validates and saves with averaged weights.

use super::{Callback, Run};
use crate::Result;

/// Puts the moving averages of the weights into the model for each validation, and takes them out after it.
///
/// The optimizer keeps the averages: [`Optimizer::ema`](crate::optimizers::Optimizer::ema), Keras's `use_ema=True`.
/// With [`swap_on_epoch`](Self::swap_on_epoch), the model also has the averages at the end of an epoch, so that later
/// callbacks save, compare and predict with them.
///
/// ```
/// use nn::prelude::*;
/// use nn::callbacks::SwapEMAWeights;
/// use nn::optimizers::Ema;
/// # model! { pub struct Line; Sequential([Input(shape = [1]), Dense(1)]) }
/// # fn main() -> nn::Result<()> {
/// # let (x, y) = ([0.0_f32, 1.0, 2.0, 3.0], [1.0_f32, 3.0, 5.0, 7.0]);
/// let mut line = Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::new(0.1).ema(Ema::new(0.9)), MeanSquaredError);
/// let stopping = EarlyStopping::new().patience(5).restore_best_weights(true);
/// let fit = Fit::new().epochs(50).validation_split(0.25).verbose(0);
/// // `val_loss` is that of the averages, and so are the best weights.
/// line.fit(&x, &y, fit.callback(SwapEMAWeights::new().swap_on_epoch(true)).callback(stopping))?;
/// # Ok(())
/// # }
/// ```
///
/// `fit` ends with the averages in the model, with or without this callback. Checkpoints keep the weights of the last
/// step and the averages, so training continues from them.
///
/// Source: <https://keras.io/api/callbacks/swap_ema_weights/>
#[derive(Clone, Copy, Debug, Default)]
pub struct SwapEMAWeights {
    swap_on_epoch: bool,
}

impl SwapEMAWeights {
    /// Makes a callback that swaps only for validations.
    pub fn new() -> Self {
        SwapEMAWeights::default()
    }

    /// Sets whether the model has the averages at the end of an epoch, until the next one begins. Off by default.
    pub fn swap_on_epoch(mut self, swap: bool) -> Self {
        self.swap_on_epoch = swap;
        self
    }
}

impl Callback for SwapEMAWeights {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        // Fails if there are no averages.
        run.use_averaged_weights(false)
    }

    fn on_epoch_begin(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        run.use_averaged_weights(false)
    }

    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        if self.swap_on_epoch { run.use_averaged_weights(true) } else { Ok(()) }
    }

    fn on_test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        run.use_averaged_weights(true)
    }

    fn on_test_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        run.use_averaged_weights(false)
    }
}
