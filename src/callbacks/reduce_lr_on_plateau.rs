//! [`ReduceLROnPlateau`]: smaller steps when a number has stopped improving.

use super::monitor::{Monitor, monitor_settings};
use super::{Callback, Direction, LEARNING_RATE, Run};
use crate::{Error, Result};

/// Reduces the learning rate when a monitored number has stopped improving.
///
/// ```text
/// in cooldown:                                           cooldown -= 1, wait = 0
/// better than the best so far, by more than min_delta:   best = value, wait = 0
/// otherwise, if no longer in cooldown:                   wait += 1
///     if wait ≥ patience and lr > min_lr:                lr = max(lr · factor, min_lr), wait = 0, cooldown begins
/// ```
///
/// The rate of each epoch is reported as `learning_rate`. The rate is kept in checkpoints; a
/// [`ModelCheckpoint`](super::ModelCheckpoint) that is added behind this callback sees the new one.
///
/// ```
/// use nn::prelude::*;
///
/// let plateau = ReduceLROnPlateau::new().factor(0.2).patience(5).min_lr(0.001);
/// let fit = Fit::new().epochs(100).validation_split(0.1).callback(plateau);
/// # let _ = fit;
/// ```
///
/// Epochs without validation do not count. Source: <https://keras.io/api/callbacks/reduce_lr_on_plateau/>
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
    /// Keras's defaults: a tenth of the learning rate after 10 epochs in which `val_loss` did not improve by 1e-4.
    pub fn new() -> Self {
        ReduceLROnPlateau::default()
    }

    monitor_settings!();

    /// How much better a number must be to count as better; 1e-4 by default.
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.monitor.min_delta = delta;
        self
    }

    /// What the rate is multiplied by, below 1; 0.1 by default.
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// How many epochs without improvement reduce the rate; 10 by default.
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// How many epochs after a reduction do not count; 0 by default.
    pub fn cooldown(mut self, epochs: usize) -> Self {
        self.cooldown = epochs;
        self
    }

    /// The smallest rate; 0 by default.
    pub fn min_lr(mut self, rate: f64) -> Self {
        self.min_lr = rate;
        self
    }

    /// Whether it says what it does; off by default.
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }
}

impl Callback for ReduceLROnPlateau {
    fn logged(&self) -> Vec<String> {
        vec![LEARNING_RATE.into()]
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (self.wait, self.left, self.best) = (0, 0, None);
        if self.factor.is_nan() || self.factor >= 1.0 {
            return Err(Error::setting("factor", "a number below 1", self.factor));
        }
        self.monitor.begin("ReduceLROnPlateau", run)
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
            self.wait += 1;
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
