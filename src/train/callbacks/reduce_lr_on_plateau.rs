//! [`ReduceLROnPlateau`]: reduces the learning rate when a monitored number no longer improves.

use super::memory::size;
use super::monitor::{Monitor, monitor_settings};
use super::{Callback, CallbackMemory, Direction, LEARNING_RATE, Run};
use crate::{Error, Result};

/// Reduces the learning rate when a monitored number no longer improves.
///
/// ```text
/// in cooldown:                                           cooldown -= 1, wait = 0
/// better than the best so far, by more than min_delta:   best = value, wait = 0
/// otherwise, if no longer in cooldown:                   wait += 1
///     if wait ≥ patience and lr > min_lr:                lr = max(lr · factor, min_lr), wait = 0, cooldown begins
/// ```
///
/// Epochs report the rate as `learning_rate`. Checkpoints keep the rate, the best value, and the waiting and cooldown
/// epochs. So a run that [resumes](crate::Fit::resume) reduces the rate at the same epochs.
///
/// ```
/// use nn::prelude::*;
///
/// let plateau = ReduceLROnPlateau::new().factor(0.2).patience(5).min_lr(0.001);
/// let fit = Fit::new().epochs(100).validation_split(0.1).callback(plateau);
/// # let _ = fit;
/// ```
///
/// Epochs without validation do not count. NaN is not an improvement.
///
/// Source: <https://keras.io/api/callbacks/reduce_lr_on_plateau/>
#[derive(Clone, Debug)]
pub struct ReduceLROnPlateau {
    monitor: Monitor,
    factor: f64,
    patience: usize,
    cooldown: usize,
    min_lr: f64,
    verbose: bool,
    wait: usize,
    left: usize,
    best: Option<f64>,
}

impl Default for ReduceLROnPlateau {
    fn default() -> Self {
        ReduceLROnPlateau {
            monitor: Monitor::new(1e-4),
            factor: 0.1,
            patience: 10,
            cooldown: 0,
            min_lr: 0.0,
            verbose: false,
            wait: 0,
            left: 0,
            best: None,
        }
    }
}

impl ReduceLROnPlateau {
    /// Makes a callback with Keras's defaults: it divides the rate by 10 after 10 epochs in which `val_loss` did not
    /// improve by 1e-4.
    pub fn new() -> Self {
        ReduceLROnPlateau::default()
    }

    monitor_settings!();

    /// Sets the smallest difference that counts as an improvement. The default is 1e-4.
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.monitor.min_delta = delta;
        self
    }

    /// Sets the factor of the rate, below 1. The default is 0.1.
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// Sets the number of epochs without improvement that reduce the rate. The default is 10.
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// Sets the number of epochs after a reduction that do not count. The default is 0.
    pub fn cooldown(mut self, epochs: usize) -> Self {
        self.cooldown = epochs;
        self
    }

    /// Sets the smallest rate. The default is 0.
    pub fn min_lr(mut self, rate: f64) -> Self {
        self.min_lr = rate;
        self
    }

    /// Sets whether it prints its actions. Off by default.
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }
}

impl Callback for ReduceLROnPlateau {
    fn logged(&self) -> Vec<String> {
        vec![LEARNING_RATE.into()]
    }

    fn name(&self) -> String {
        format!("ReduceLROnPlateau.{}", self.monitor.name)
    }

    fn remember(&self, memory: &mut CallbackMemory) {
        memory.set_count("wait", self.wait as u64);
        memory.set_count("cooldown", self.left as u64);
        if let Some(best) = self.best {
            memory.set_number("best", best);
        }
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        if self.factor.is_nan() || self.factor >= 1.0 {
            return Err(Error::setting("factor", "a number below 1", self.factor));
        }
        if self.factor < 0.0 {
            return Err(Error::setting("factor", "a number from 0 to below 1", self.factor));
        }
        if !(self.min_lr.is_finite() && self.min_lr >= 0.0) {
            return Err(Error::setting("min_lr", "a finite number, at least 0", self.min_lr));
        }
        self.monitor.begin("ReduceLROnPlateau", run)?;
        let memory = run.memory().cloned().unwrap_or_default();
        let count = |name| memory.count(name).map_or(0, size);
        (self.wait, self.left, self.best) = (count("wait"), count("cooldown"), memory.number("best"));
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let rate = run.learning_rate();
        run.log(LEARNING_RATE, rate);
        let Some(value) = self.monitor.value(run) else { return Ok(()) };
        if self.left > 0 {
            (self.left, self.wait) = (self.left - 1, 0);
        }
        if self.monitor.improves(value, self.best) {
            (self.best, self.wait) = (Some(value), 0);
        } else if self.left == 0 {
            self.wait = self.wait.saturating_add(1);
            if self.wait >= self.patience && rate > self.min_lr {
                let reduced = (rate * self.factor).max(self.min_lr);
                run.set_learning_rate(reduced);
                (self.left, self.wait) = (self.cooldown, 0);
                if self.verbose {
                    let epoch = epoch + 1;
                    run.print(format!("Epoch {epoch}: ReduceLROnPlateau reducing learning rate to {reduced}."));
                }
            }
        }
        Ok(())
    }
}
