//! [`Direction`] and [`Monitor`]: the monitored number of a callback, and the direction of improvement.

use super::Run;
use crate::{Error, Result};

/// The direction of improvement: Keras's `mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Found by the name: losses and errors should go down, accuracies and scores up.
    #[default]
    Auto,
    /// Smaller is better.
    Min,
    /// Larger is better.
    Max,
}

/// Endings of names whose numbers should go up.
const UP: &[&str] =
    &["accuracy", "acc", "precision", "recall", "auc", "f1_score", "fbeta_score", "r2_score", "cosine_similarity"];

/// Endings of names whose numbers should go down.
const DOWN: &[&str] = &[
    "loss",
    "error",
    "mae",
    "mse",
    "rmse",
    "mape",
    "msle",
    "logcosh",
    "hinge",
    "crossentropy",
    "divergence",
    "poisson",
    "learning_rate",
];

/// The monitored number.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    pub(super) name: String,
    pub(super) mode: Direction,
    pub(super) min_delta: f64,
    /// -1 if smaller is better, else 1.
    sign: f64,
}

impl Monitor {
    pub(super) fn new(min_delta: f64) -> Self {
        Monitor { name: "val_loss".into(), mode: Direction::Auto, min_delta, sign: -1.0 }
    }

    /// Checks before training that epochs will report the number, and finds the direction.
    pub(super) fn begin(&mut self, callback: &'static str, run: &Run<'_>) -> Result<()> {
        run.check_monitor(callback, &self.name)?;
        if !self.min_delta.is_finite() {
            return Err(Error::setting("min_delta", "a finite number", self.min_delta));
        }
        let ends = |words: &[&str]| words.iter().any(|word| self.name.ends_with(word));
        self.sign = match self.mode {
            Direction::Min => -1.0,
            Direction::Max => 1.0,
            Direction::Auto if ends(UP) => 1.0,
            Direction::Auto if ends(DOWN) => -1.0,
            Direction::Auto => {
                let expected = format!("`Direction::Min` or `Direction::Max` for `{}`", self.name);
                return Err(Error::setting("mode", expected, "`Direction::Auto`, which does not know this name"));
            }
        };
        Ok(())
    }

    /// Returns the number of this epoch, or `None` in an epoch without validation.
    pub(super) fn value(&self, run: &Run<'_>) -> Option<f64> {
        run.get(&self.name)
    }

    /// Returns whether `value` is better than `reference` by more than `min_delta`. Any number is better than none, but
    /// NaN is never better.
    pub(super) fn improves(&self, value: f64, reference: Option<f64>) -> bool {
        let Some(reference) = reference else { return !value.is_nan() };
        let value = value - self.sign * self.min_delta.abs();
        if self.sign < 0.0 { value < reference } else { value > reference }
    }
}

/// Checks a reference value. It must not be NaN, because no number would be better.
pub(super) fn check_reference(name: &'static str, value: Option<f64>) -> Result<()> {
    match value {
        Some(value) if value.is_nan() => Err(Error::setting(name, "a number", value)),
        _ => Ok(()),
    }
}

/// The settings of every callback with a [`Monitor`].
macro_rules! monitor_settings {
    () => {
        /// Sets the monitored number. The default is `val_loss`.
        pub fn monitor(mut self, name: impl Into<String>) -> Self {
            self.monitor.name = name.into();
            self
        }

        /// Sets the direction of improvement. By default the name decides.
        pub fn mode(mut self, mode: Direction) -> Self {
            self.monitor.mode = mode;
            self
        }
    };
}
pub(super) use monitor_settings;
