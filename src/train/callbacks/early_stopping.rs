//! [`EarlyStopping`]: stops when a monitored number no longer improves.

use super::memory::size;
use super::monitor::{Monitor, check_reference, monitor_settings};
use super::{Callback, CallbackMemory, Direction, Run, Snapshot};
use crate::Result;

/// Stops the run when a monitored number no longer improves.
///
/// ```text
/// wait += 1
/// better than the best so far, by more than min_delta:   best = value
///     and better than the baseline, if there is one:     wait = 0
/// otherwise, if wait ≥ patience and epoch > 0:           stop
/// ```
///
/// ```
/// use nn::prelude::*;
///
/// let stopping = EarlyStopping::new().monitor("val_accuracy").patience(3).restore_best_weights(true);
/// let fit = Fit::new().epochs(100).validation_split(0.1).callback(stopping);
/// # let _ = fit;
/// ```
///
/// Epochs without validation do not count. NaN is not an improvement.
///
/// If a run [resumes](crate::Fit::resume), the best value, the waiting epochs and the best weights come from the
/// checkpoint. If this callback had stopped the run, no further epoch is trained, unless its patience is now larger.
///
/// Source: <https://keras.io/api/callbacks/early_stopping/>
#[derive(Clone, Debug)]
pub struct EarlyStopping {
    monitor: Monitor,
    patience: usize,
    baseline: Option<f64>,
    restore_best_weights: bool,
    start_from_epoch: usize,
    verbose: bool,
    wait: usize,
    best: Option<f64>,
    best_epoch: usize,
    best_weights: Option<Snapshot>,
    stopped_epoch: Option<usize>,
}

impl Default for EarlyStopping {
    fn default() -> Self {
        EarlyStopping {
            monitor: Monitor::new(0.0),
            patience: 0,
            baseline: None,
            restore_best_weights: false,
            start_from_epoch: 0,
            verbose: false,
            wait: 0,
            best: None,
            best_epoch: 0,
            best_weights: None,
            stopped_epoch: None,
        }
    }
}

/// Settings.
impl EarlyStopping {
    /// Makes a callback with Keras's defaults: it monitors `val_loss` without patience.
    pub fn new() -> Self {
        EarlyStopping::default()
    }

    monitor_settings!();

    /// Sets the smallest difference that counts as an improvement. The default is 0.
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.monitor.min_delta = delta;
        self
    }

    /// Sets the number of epochs without improvement that end the run. The default is 0, which is the same as 1.
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// Sets a value that must be beaten, too. There is none by default.
    pub fn baseline(mut self, value: f64) -> Self {
        self.baseline = Some(value);
        self
    }

    /// Sets whether the model gets the weights of its best epoch when training ends for any reason. Off by default.
    pub fn restore_best_weights(mut self, restore: bool) -> Self {
        self.restore_best_weights = restore;
        self
    }

    /// Sets the first epoch that counts. The default is 0.
    pub fn start_from_epoch(mut self, epoch: usize) -> Self {
        self.start_from_epoch = epoch;
        self
    }

    /// Sets whether it prints its actions. Off by default.
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }
}

/// The result of the last run. Pass `&mut stopping` to `Fit::callback` to read it.
impl EarlyStopping {
    /// Returns the epoch after which it stopped the run, counted from 0, or `None` if it did not.
    pub fn stopped_epoch(&self) -> Option<usize> {
        self.stopped_epoch
    }

    /// Returns the best value, or `None` before the first. NaN is never the best.
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    /// Returns the epoch of the best value.
    pub fn best_epoch(&self) -> usize {
        self.best_epoch
    }
}

impl Callback for EarlyStopping {
    fn name(&self) -> String {
        format!("EarlyStopping.{}", self.monitor.name)
    }

    fn remember(&self, memory: &mut CallbackMemory) {
        memory.set_count("wait", self.wait as u64);
        if let Some(best) = self.best {
            memory.set_number("best", best);
            memory.set_count("best_epoch", self.best_epoch as u64);
        }
        if let Some(weights) = &self.best_weights {
            memory.set_weights("best_weights", weights);
        }
        if let Some(epoch) = self.stopped_epoch {
            memory.set_count("stopped_epoch", epoch as u64);
        }
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.monitor.begin("EarlyStopping", run)?;
        check_reference("baseline", self.baseline)?;
        let memory = run.memory().cloned().unwrap_or_default();
        let place = |name| memory.count(name).map(size);
        (self.wait, self.best) = (place("wait").unwrap_or(0), memory.number("best"));
        self.best_epoch = place("best_epoch").unwrap_or(0);
        self.best_weights = memory.weights("best_weights").filter(|_| self.restore_best_weights).cloned();
        self.best_weights.iter().try_for_each(|weights| run.check_snapshot(weights))?;
        // A stopped run is over, unless the patience is larger now.
        self.stopped_epoch = place("stopped_epoch").filter(|_| self.wait >= self.patience);
        if self.stopped_epoch.is_some() {
            run.stop();
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let Some(value) = self.monitor.value(run).filter(|_| epoch >= self.start_from_epoch) else { return Ok(()) };
        self.wait = self.wait.saturating_add(1);
        if self.monitor.improves(value, self.best) {
            (self.best, self.best_epoch) = (Some(value), epoch);
            if self.restore_best_weights {
                self.best_weights = Some(run.snapshot());
            }
            if self.baseline.is_none_or(|baseline| self.monitor.improves(value, Some(baseline))) {
                self.wait = 0;
            }
        } else if self.wait >= self.patience && epoch > 0 {
            self.stopped_epoch = Some(epoch);
            run.stop();
        }
        Ok(())
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        if let (true, Some(epoch)) = (self.verbose, self.stopped_epoch) {
            run.print(format!("Epoch {}: early stopping", epoch.saturating_add(1)));
        }
        // The best weights stay, so that a checkpoint of the finished run has them.
        if let Some(weights) = &self.best_weights {
            if self.verbose {
                let epoch = self.best_epoch.saturating_add(1);
                run.print(format!("Restoring model weights from the end of the best epoch: {epoch}."));
            }
            run.restore(weights)?;
        }
        Ok(())
    }
}
