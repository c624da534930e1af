//! [`Direction`] and [`Monitor`]: which number a callback watches, and what is better.

use super::Run;
use crate::{Error, Result};

/// Keras's `mode`: whether a smaller or a larger number is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Known from the name: losses and errors go down, accuracies and scores go up.
    #[default]
    Auto,
    /// Smaller is better.
    Min,
    /// Larger is better.
    Max,
}

/// What goes up, as the end of a name.
const UP: &[&str] =
    &["accuracy", "acc", "precision", "recall", "auc", "f1_score", "fbeta_score", "r2_score", "cosine_similarity"];

/// What goes down.
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

/// What a callback watches.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    pub(super) name: String,
    pub(super) mode: Direction,
    pub(super) min_delta: f64,
    /// -1 where smaller is better, else 1.
    sign: f64,
}

impl Monitor {
    pub(super) fn new(min_delta: f64) -> Self {
        Monitor { name: "val_loss".into(), mode: Direction::Auto, min_delta, sign: -1.0 }
    }

    /// Before training: checks that the number will be there, and finds out what is better.
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

    /// The number of this epoch; `None` in an epoch without validation.
    pub(super) fn value(&self, run: &Run<'_>) -> Option<f64> {
        run.get(&self.name)
    }

    /// Whether `value` is better than `reference` by more than `min_delta`. Every number is better than nothing, but
    /// NaN is never better.
    pub(super) fn improves(&self, value: f64, reference: Option<f64>) -> bool {
        let Some(reference) = reference else { return !value.is_nan() };
        let value = value - self.sign * self.min_delta.abs();
        if self.sign < 0.0 { value < reference } else { value > reference }
    }
}

/// Checks a reference, which nothing is better than if it is NaN.
pub(super) fn check_reference(name: &'static str, value: Option<f64>) -> Result<()> {
    match value {
        Some(value) if value.is_nan() => Err(Error::setting(name, "a number", value)),
        _ => Ok(()),
    }
}

/// The settings that all callbacks with a [`Monitor`] have.
macro_rules! monitor_settings {
    () => {
        /// What is watched; `val_loss` by default.
        pub fn monitor(mut self, name: impl Into<String>) -> Self {
            self.monitor.name = name.into();
            self
        }

        /// Whether a smaller or a larger number is better; known from the name by default.
        pub fn mode(mut self, mode: Direction) -> Self {
            self.monitor.mode = mode;
            self
        }
    };
}
pub(super) use monitor_settings;
