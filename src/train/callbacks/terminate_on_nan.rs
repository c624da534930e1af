//! [`TerminateOnNaN`]: stops a run that diverged.

use super::{Callback, CallbackMemory, Run};
use crate::{Error, Result};

/// Stops the run if the loss is NaN or infinite, or any weight at the end of an epoch.
///
/// Keras checks only the loss. The loss may stay finite although weights are not. An activation or a comparison may
/// hide the NaN, or the layer may not affect the loss.
///
/// ```
/// use nn::prelude::*;
/// use nn::callbacks::TerminateOnNaN;
///
/// let fit = Fit::new().epochs(100).callback(TerminateOnNaN::new());
/// # let _ = fit;
/// ```
///
/// Source: <https://keras.io/api/callbacks/terminate_on_nan/>
#[derive(Clone, Copy, Debug, Default)]
pub struct TerminateOnNaN {
    raise_error: bool,
    /// Whether it ended this run.
    ended: bool,
}

impl TerminateOnNaN {
    /// Makes a callback that prints the reason and stops the run.
    pub fn new() -> Self {
        TerminateOnNaN::default()
    }

    /// Sets whether the run ends with an error. Off by default.
    pub fn raise_error(mut self, raise: bool) -> Self {
        self.raise_error = raise;
        self
    }
}

impl Callback for TerminateOnNaN {
    fn remember(&self, memory: &mut CallbackMemory) {
        memory.set_count("ended", self.ended.into());
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.ended = run.memory().and_then(|memory| memory.count("ended")) == Some(1);
        if self.ended {
            run.stop();
        }
        Ok(())
    }

    fn on_train_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        let Some(loss) = run.get("loss").filter(|loss| !loss.is_finite()) else { return Ok(()) };
        if self.raise_error {
            return Err(Error::callback(format!("batch {batch}: the loss is {loss}, training ends")));
        }
        run.print(format!("Batch {batch}: Invalid loss, terminating training"));
        self.ended = true;
        run.stop();
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        let Some((variable, value)) = run.invalid_weight() else { return Ok(()) };
        if self.raise_error {
            return Err(Error::callback(format!("epoch {epoch}: a weight of `{variable}` is {value}, training ends")));
        }
        run.print(format!("Epoch {epoch}: Invalid weight {value} in `{variable}`, terminating training"));
        self.ended = true;
        run.stop();
        Ok(())
    }
}
