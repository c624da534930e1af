//! [`Run`]: a callback's view of a training run.

use super::CallbackMemory;
use super::live::Training;
use crate::report::history::Params;
use crate::report::progress::print_line;
use crate::{Error, Model, Result};
#[cfg(feature = "files")]
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// The state of a run without the model.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) epoch: usize,
    pub(crate) params: Params,
    pub(crate) stopped: bool,
    /// All names that may be reported: first of the run, then of callbacks.
    pub(crate) names: Vec<String>,
    /// The number of names of the run.
    pub(crate) measured: usize,
    /// Whether there is validation data.
    pub(crate) validates: bool,
    /// The numbers of the epoch at its end, or `None` before its end.
    pub(crate) logs: Option<Vec<(String, f64)>>,
    /// The numbers that callbacks add.
    added: Vec<(String, f64)>,
    messages: Vec<String>,
    /// The memory of the called callback from the resumed run.
    pub(crate) memory: Option<CallbackMemory>,
    /// The checkpoints to write after all callbacks have run.
    pub(crate) pending: Vec<PathBuf>,
}

impl State {
    /// Begins an epoch.
    pub(crate) fn begin_epoch(&mut self, epoch: usize) {
        (self.epoch, self.logs) = (epoch, None);
        self.added.clear();
    }

    /// Returns the numbers of the epoch, with the additions and replacements of callbacks.
    pub(crate) fn all_logs(&self) -> Vec<(String, f64)> {
        merged(self.logs.clone().unwrap_or_default(), &self.added)
    }

    /// Prints the lines of callbacks. It waits for the end of an epoch, so as not to break a progress bar.
    pub(crate) fn print(&mut self) {
        self.messages.drain(..).for_each(|message| print_line(&message));
    }
}

fn merged(mut logs: Vec<(String, f64)>, added: &[(String, f64)]) -> Vec<(String, f64)> {
    for (name, value) in added {
        match logs.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = *value,
            None => logs.push((name.clone(), *value)),
        }
    }
    logs
}

/// The weights of a model at a moment of a run, made by [`Run::snapshot`]. Clones share memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub(crate) bytes: Arc<[u8]>,
    /// The size of a scalar in bytes.
    pub(crate) width: usize,
}

/// A training run, as a [`Callback`](super::Callback) sees it.
pub struct Run<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) training: &'a mut dyn Training,
}

/// Reports.
impl Run<'_> {
    /// Returns a number by name: of the epoch at its end, otherwise the mean so far. `None` for an unknown name.
    ///
    /// The names are those of [`History`](crate::History): `loss`, `val_loss`, `accuracy`.
    pub fn get(&self, name: &str) -> Option<f64> {
        let find = |logs: &[(String, f64)]| logs.iter().find(|(other, _)| other == name).map(|(_, value)| *value);
        find(&self.state.added).or_else(|| match &self.state.logs {
            Some(logs) => find(logs),
            None if name == "loss" => Some(self.training.loss()),
            None => self.training.report()?.get(name),
        })
    }

    /// Returns all numbers that [`get`](Self::get) can find now.
    pub fn logs(&self) -> Vec<(String, f64)> {
        let live =
            || self.training.report().map(|report| report.iter().map(|(name, value)| (name.into(), value)).collect());
        merged(self.state.logs.clone().or_else(live).unwrap_or_default(), &self.state.added)
    }

    /// Adds a number to the report of this epoch, or replaces it. Later callbacks, the history and the progress bar
    /// show it.
    pub fn log(&mut self, name: &str, value: f64) {
        self.state.added.retain(|(other, _)| other != name);
        self.state.added.push((name.into(), value));
    }

    /// Returns the current epoch, counted from 0.
    pub fn epoch(&self) -> usize {
        self.state.epoch
    }

    /// Returns the number of optimizer steps, in this run and before.
    pub fn steps(&self) -> u64 {
        self.training.steps()
    }

    /// Returns the numbers of epochs and steps of the run.
    pub fn params(&self) -> Params {
        self.state.params
    }

    /// Returns the model in training: for predictions and metrics of your own.
    ///
    /// A callback does not know the type of the model, so it names it; `M` may also be a parameter of the callback.
    ///
    /// ```
    /// use nn::prelude::*;
    /// use nn::callbacks::{Callback, Direction, Run};
    /// # model! { pub struct Line; Sequential([Input(shape = [1]), Dense(1)]) }
    ///
    /// /// Reports the largest error over some samples.
    /// struct Worst<'a> {
    ///     x: &'a [f32],
    ///     y: &'a [f32],
    /// }
    ///
    /// impl Callback for Worst<'_> {
    ///     fn logged(&self) -> Vec<String> {
    ///         vec!["val_worst".into()]
    ///     }
    ///
    ///     fn on_epoch_end(&mut self, _epoch: usize, run: &mut Run<'_>) -> nn::Result<()> {
    ///         let predictions = run.model::<Line>()?.predict(self.x)?;
    ///         let errors = predictions.iter().zip(self.y).map(|(p, y)| (p.x - y).abs());
    ///         run.log("val_worst", errors.fold(0.0, f32::max).into());
    ///         Ok(())
    ///     }
    /// }
    ///
    /// # fn main() -> nn::Result<()> {
    /// # let (x, y) = ([0.0_f32, 1.0, 2.0, 3.0], [1.0_f32, 3.0, 5.0, 7.0]);
    /// # let mut line = Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::new(0.1), MeanSquaredError);
    /// // A later callback can monitor the number.
    /// let stopping = EarlyStopping::new().monitor("val_worst").mode(Direction::Min).patience(3);
    /// let fit = Fit::new().epochs(20).callback(Worst { x: &x, y: &y }).callback(stopping).verbose(0);
    /// let history = line.fit(&x, &y, fit)?;
    /// assert!(history.get("val_worst").is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the run trains a model of another type.
    pub fn model<M: Model>(&self) -> Result<&M> {
        self.training.model().downcast_ref().ok_or_else(|| {
            let expected = format!("the model in training, `{}`", self.training.model_name());
            Error::setting("Run::model", expected, format!("`{}`", core::any::type_name::<M>()))
        })
    }

    /// Returns the memory that this callback wrote in [`Callback::remember`](super::Callback::remember), if the run
    /// [resumes](crate::Fit::resume). Only `on_train_begin` can read it. It is `None` in a fresh run.
    pub fn memory(&self) -> Option<&CallbackMemory> {
        self.state.memory.as_ref()
    }

    /// Returns the names of the run without those of callbacks: `loss`, `val_loss`, `accuracy`.
    pub(crate) fn measured(&self) -> impl Iterator<Item = &str> {
        self.state.names.iter().take(self.state.measured).map(String::as_str)
    }
}

/// Orders.
impl Run<'_> {
    /// Ends the run after this batch. As in Keras, the validation and the hooks of the end of the epoch still run. If
    /// called before the first epoch, nothing is trained.
    pub fn stop(&mut self) {
        self.state.stopped = true;
    }

    /// Returns whether the run is about to end.
    pub fn stopped(&self) -> bool {
        self.state.stopped
    }

    /// Returns the learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        self.training.learning_rate()
    }

    /// Sets the learning rate of the next steps. It replaces the rate of the optimizer or its schedule.
    pub fn set_learning_rate(&mut self, rate: f64) {
        self.training.set_learning_rate(rate);
    }

    /// Freezes layers, or lets them learn again: see [`Compiled::set_trainable`](crate::Compiled::set_trainable).
    ///
    /// # Errors
    /// If there is no such layer.
    pub fn set_trainable(&mut self, path: &str, trainable: bool) -> Result<()> {
        self.training.set_trainable(path, trainable)
    }

    /// Puts the averages of the weights into the model, or the weights of the last step: see
    /// [`Compiled::use_averaged_weights`](crate::Compiled::use_averaged_weights).
    ///
    /// # Errors
    /// If the optimizer keeps no average.
    pub fn use_averaged_weights(&mut self, averaged: bool) -> Result<()> {
        self.training.use_averaged_weights(averaged)
    }

    /// Copies the current weights.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { bytes: self.training.weights().into(), width: self.training.width() }
    }

    /// Returns the first weight that is NaN or infinite: its variable (`dense.kernel`) and its value.
    pub fn invalid_weight(&self) -> Option<(String, f64)> {
        self.training.invalid_weight()
    }

    /// Restores the weights of a snapshot.
    ///
    /// # Errors
    /// If the snapshot is of another model.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<()> {
        self.check_snapshot(snapshot)?;
        self.training.weights_mut().copy_from_slice(&snapshot.bytes);
        Ok(())
    }

    /// Checks that a snapshot is of this model.
    pub(crate) fn check_snapshot(&self, snapshot: &Snapshot) -> Result<()> {
        let (length, width) = (self.training.weights().len(), self.training.width());
        let Snapshot { bytes, width: other } = snapshot;
        if (length, width) == (bytes.len(), *other) {
            return Ok(());
        }
        let text = |bytes: usize, width: usize| format!("{} weights of {width} bytes", bytes / width.max(1));
        Err(Error::setting("a snapshot", text(length, width), text(bytes.len(), *other)))
    }

    /// Prints a line at the end of the epoch.
    pub fn print(&mut self, message: impl Into<String>) {
        self.state.messages.push(message.into());
    }
}

/// Files.
#[cfg(feature = "files")]
impl Run<'_> {
    /// Saves the weights: see [`Compiled::save_weights`](crate::Compiled::save_weights).
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        self.training.save_weights(path.as_ref())
    }

    /// Saves a checkpoint, from which a later run can resume at this batch: see
    /// [`Compiled::save_checkpoint`](crate::Compiled::save_checkpoint).
    ///
    /// It is written at once, and again after all callbacks have run, with their memory.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_checkpoint(&mut self, path: impl AsRef<Path>) -> Result<()> {
        self.training.save_checkpoint(path.as_ref())?;
        self.save_checkpoint_at_end(path.as_ref());
        Ok(())
    }

    /// Saves a checkpoint only after all callbacks have run.
    pub(crate) fn save_checkpoint_at_end(&mut self, path: &Path) {
        if !self.state.pending.iter().any(|other| other == path) {
            self.state.pending.push(path.into());
        }
    }
}

/// Checks for callbacks that monitor a number.
impl Run<'_> {
    /// Checks before training that epochs will report `monitor`.
    ///
    /// # Errors
    /// If they will not. The message lists the reported names.
    pub fn check_monitor(&self, callback: &str, monitor: &str) -> Result<()> {
        if self.state.names.iter().any(|name| name == monitor) {
            return Ok(());
        }
        Err(Error::Monitor {
            callback: callback.into(),
            monitor: monitor.into(),
            available: self.state.names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            hint: if monitor.starts_with("val_") && !self.state.validates {
                "; there is no data for validation"
            } else {
                ""
            },
        })
    }
}
