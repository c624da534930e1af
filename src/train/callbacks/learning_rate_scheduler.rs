//! [`LearningRateScheduler`]: sets the learning rate of each epoch.

use super::{Callback, LEARNING_RATE, Run};
use crate::{Error, Result};

/// Sets the learning rate of every epoch by a function of the epoch, counted from 0, and the current rate.
///
/// Epochs report the rate as `learning_rate`. To change the rate at every step, give the optimizer a
/// [schedule](crate::schedules).
///
/// ```
/// use nn::prelude::*;
/// use nn::callbacks::LearningRateScheduler;
///
/// // The same for ten epochs, then less and less.
/// let schedule = |epoch: usize, rate: f64| if epoch < 10 { rate } else { rate * (-0.1_f64).exp() };
/// let fit = Fit::new().epochs(50).callback(LearningRateScheduler::new(schedule));
/// # let _ = fit;
/// ```
///
/// Source: <https://keras.io/api/callbacks/learning_rate_scheduler/>
#[derive(Clone, Debug)]
pub struct LearningRateScheduler<F> {
    schedule: F,
    /// Calls the schedule. With it, the callback needs no bound on `F`, so a wrong schedule is an error of `new` alone.
    rate: fn(&mut F, usize, f64) -> f64,
    verbose: bool,
}

impl<F: FnMut(usize, f64) -> f64> LearningRateScheduler<F> {
    /// Makes a callback that sets the rate of an epoch to `schedule(epoch, rate)`.
    pub fn new(schedule: F) -> Self {
        LearningRateScheduler { schedule, rate: |schedule, epoch, rate| schedule(epoch, rate), verbose: false }
    }
}

impl<F> LearningRateScheduler<F> {
    /// Sets whether it prints its actions. Off by default.
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }
}

impl<F> Callback for LearningRateScheduler<F> {
    fn logged(&self) -> Vec<String> {
        vec![LEARNING_RATE.into()]
    }

    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let rate = (self.rate)(&mut self.schedule, epoch, run.learning_rate());
        if !(rate.is_finite() && rate >= 0.0) {
            return Err(Error::setting(
                "LearningRateScheduler",
                "finite rates, at least 0",
                format!("{rate} for epoch {epoch}"),
            ));
        }
        run.set_learning_rate(rate);
        if self.verbose {
            run.print(format!("Epoch {}: LearningRateScheduler setting learning rate to {rate}.", epoch + 1));
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        let rate = run.learning_rate();
        run.log(LEARNING_RATE, rate);
        Ok(())
    }
}
