//! [`ModelCheckpoint`]: saves the model while it is trained.

use super::memory::size;
use super::monitor::{Monitor, check_reference, monitor_settings};
use super::template::Template;
use super::{Callback, CallbackMemory, Direction, Run};
use crate::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Saves the model after every epoch, or only when it is the best so far.
///
/// The path may have Keras's placeholders: `{epoch:02d}`, counted from 1, and reported names such as `{val_loss:.2f}`.
/// Missing folders are made.
///
/// The file is a checkpoint for [`load_checkpoint`](crate::Compiled::load_checkpoint), from which
/// [`Fit::resume`](crate::Fit::resume) continues as if training had not been interrupted. With
/// [`save_weights_only`](Self::save_weights_only) it has only the weights.
///
/// A checkpoint is written after all callbacks have run, so it has the memory of each, in any order. A resumed run
/// saves nothing that is worse than the best before the interruption.
///
/// ```
/// use nn::prelude::*;
///
/// let best = ModelCheckpoint::new("digits.{epoch:02d}-{val_loss:.2f}.safetensors").save_best_only(true);
/// let fit = Fit::new().epochs(20).validation_split(0.1).callback(best);
/// # let _ = fit;
/// ```
///
/// With `save_best_only` epochs without validation save nothing; Keras would save. NaN is never the best.
///
/// Source: <https://keras.io/api/callbacks/model_checkpoint/>
#[derive(Clone, Debug)]
pub struct ModelCheckpoint {
    path: PathBuf,
    monitor: Monitor,
    save_best_only: bool,
    save_weights_only: bool,
    save_freq: Option<usize>,
    initial_value_threshold: Option<f64>,
    verbose: bool,
    template: Option<Template>,
    best: Option<f64>,
    batches: usize,
}

/// Settings.
impl ModelCheckpoint {
    /// Makes a callback that saves a checkpoint to this path after every epoch.
    pub fn new(path: impl AsRef<Path>) -> Self {
        ModelCheckpoint {
            path: path.as_ref().into(),
            monitor: Monitor::new(0.0),
            save_best_only: false,
            save_weights_only: false,
            save_freq: None,
            initial_value_threshold: None,
            verbose: false,
            template: None,
            best: None,
            batches: 0,
        }
    }

    monitor_settings!();

    /// Sets whether it saves only a model that is better than all before. Off by default.
    pub fn save_best_only(mut self, best: bool) -> Self {
        self.save_best_only = best;
        self
    }

    /// Sets whether it saves only the weights, without the optimizer's state. Off by default.
    pub fn save_weights_only(mut self, weights: bool) -> Self {
        self.save_weights_only = weights;
        self
    }

    /// Saves after this number of batches, not after epochs. The path may then have `{batch}`, counted from 1. The
    /// monitored numbers are the means of the epoch so far.
    pub fn save_freq(mut self, batches: usize) -> Self {
        self.save_freq = Some(batches);
        self
    }

    /// Sets the value that the first one must beat, with [`save_best_only`](Self::save_best_only). There is none by
    /// default.
    pub fn initial_value_threshold(mut self, value: f64) -> Self {
        self.initial_value_threshold = Some(value);
        self
    }

    /// Sets whether it prints its actions. Off by default.
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }
}

impl ModelCheckpoint {
    /// The best value so far, or `None` before the first.
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    fn save(&mut self, epoch: usize, batch: Option<usize>, run: &mut Run<'_>) -> Result<()> {
        let Some(template) = &self.template else { return Ok(()) };
        let value = |name: &str| match name {
            "epoch" => Some((epoch + 1) as f64),
            "batch" => batch.map(|batch| (batch + 1) as f64),
            name => run.get(name),
        };
        let mut improvement = String::new();
        if self.save_best_only {
            let Some(value) = self.monitor.value(run) else { return Ok(()) };
            let (name, old) = (&self.monitor.name, self.best.map_or("None".into(), |best| format!("{best:.5}")));
            if !self.monitor.improves(value, self.best) {
                if self.verbose {
                    run.print(format!("Epoch {}: {name} did not improve from {old}", epoch + 1));
                }
                return Ok(());
            }
            improvement = format!("{name} improved from {old} to {value:.5}, ");
            self.best = Some(value);
        }
        // Other epochs report the name, else `on_train_begin` would have failed. So this epoch has no validation.
        let path = template
            .fill(value)
            .map_err(|name| Error::setting(NAME, "names that have a value whenever it saves", format!("`{name}`")))?;
        let path = Path::new(&path);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(Error::io(folder))?;
        }
        if self.save_weights_only {
            run.save_weights(path)?;
        } else {
            run.save_checkpoint_at_end(path);
        }
        if self.verbose {
            run.print(format!("Epoch {}: {improvement}saving model to {}", epoch + 1, path.display()));
        }
        Ok(())
    }
}

const NAME: &str = "the path of ModelCheckpoint";

impl Callback for ModelCheckpoint {
    fn name(&self) -> String {
        let monitor = if self.save_best_only { self.monitor.name.as_str() } else { "" };
        format!("ModelCheckpoint.{monitor}")
    }

    fn remember(&self, memory: &mut CallbackMemory) {
        memory.set_count("batches", self.batches as u64);
        if let Some(best) = self.best {
            memory.set_number("best", best);
        }
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        check_reference("initial_value_threshold", self.initial_value_threshold)?;
        let memory = run.memory().cloned().unwrap_or_default();
        self.best = memory.number("best").or(self.initial_value_threshold);
        self.batches = memory.count("batches").map_or(0, size);
        let Some(path) = self.path.to_str() else {
            return Err(Error::setting(NAME, "UTF-8, since it may have placeholders", self.path.display()));
        };
        let template = Template::parse(path).map_err(|problem| Error::setting(NAME, "placeholders", problem))?;
        for name in template.names() {
            match name {
                "epoch" => {}
                "batch" if self.save_freq.is_some() => {}
                "batch" => return Err(Error::setting(NAME, "`{batch}` only with `save_freq`", path)),
                name => run.check_monitor(NAME, name)?,
            }
        }
        self.template = Some(template);
        if self.save_freq == Some(0) {
            return Err(Error::setting("save_freq", "at least 1", 0));
        }
        if self.save_best_only { self.monitor.begin("ModelCheckpoint", run) } else { Ok(()) }
    }

    fn on_train_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        let Some(freq) = self.save_freq else { return Ok(()) };
        self.batches = self.batches.saturating_add(1);
        if self.batches < freq {
            return Ok(());
        }
        self.batches = 0;
        self.save(run.epoch(), Some(batch), run)
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        if self.save_freq.is_some() { Ok(()) } else { self.save(epoch, None, run) }
    }
}
