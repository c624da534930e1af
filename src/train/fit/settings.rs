//! [`Settings`]: the plain settings of a training run, and their checks.

use crate::data::Inspect;
use crate::predict::BATCH_SIZE;
use crate::report::progress::Verbose;
use crate::{Error, Result};

/// The settings that are plain values.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) epochs: usize,
    pub(crate) initial_epoch: usize,
    pub(crate) resume: bool,
    pub(crate) batch_size: Option<usize>,
    pub(crate) steps_per_epoch: Option<usize>,
    pub(crate) shuffle: bool,
    pub(crate) validation_split: f64,
    pub(crate) validation_batch_size: Option<usize>,
    pub(crate) validation_steps: Option<usize>,
    pub(crate) validation_freq: usize,
    pub(crate) class_weight: Option<Vec<(i64, f64)>>,
    pub(crate) sample_weight: Option<Vec<f64>>,
    pub(crate) seed: Option<u64>,
    pub(crate) strict: bool,
    pub(crate) verbose: Verbose,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            epochs: 1,
            initial_epoch: 0,
            resume: false,
            batch_size: None,
            steps_per_epoch: None,
            shuffle: true,
            validation_split: 0.0,
            validation_batch_size: None,
            validation_steps: None,
            validation_freq: 1,
            class_weight: None,
            sample_weight: None,
            seed: None,
            strict: false,
            verbose: Verbose::Auto,
        }
    }
}

/// Returns `batch_size` if it is given, else the size that makes `steps` batches of `count` samples, else Keras's
/// default.
pub(crate) fn batch_size(given: Option<usize>, steps: Option<usize>, count: usize) -> usize {
    given.or(steps.map(|steps| count.div_ceil(steps))).unwrap_or(BATCH_SIZE)
}

/// Returns the expected numbers, if this sample or class weight is invalid.
fn expected_weight(weight: f64) -> Option<&'static str> {
    match weight.is_finite() {
        false => Some("finite numbers"),
        true if weight < 0.0 => Some("numbers of at least 0"),
        true => None,
    }
}

impl Settings {
    /// Checks the settings that do not depend on the data.
    pub(super) fn check(&self) -> Result<()> {
        let numbers = [
            ("batch_size", self.batch_size),
            ("validation_batch_size", self.validation_batch_size),
            ("steps_per_epoch", self.steps_per_epoch),
            ("validation_steps", self.validation_steps),
            ("validation_freq", Some(self.validation_freq)),
        ];
        for (name, number) in numbers {
            if number == Some(0) {
                return Err(Error::setting(name, "at least 1", 0));
            }
        }
        let part = self.validation_split;
        if !(0.0..1.0).contains(&part) {
            return Err(Error::setting("validation_split", "a part from 0 to below 1", part));
        }
        if self.class_weight.is_some() && self.sample_weight.is_some() {
            return Err(Error::setting("class_weight", "no `sample_weight` beside it", "both"));
        }
        for (class, weight) in self.class_weight.iter().flatten() {
            if let Some(expected) = expected_weight(*weight) {
                return Err(Error::setting("class_weight", expected, format!("{weight} for class {class}")));
            }
        }
        Ok(())
    }

    /// Returns the number of samples for training, without those of the validation split.
    pub(super) fn split(&self, count: usize) -> Result<usize> {
        let part = self.validation_split;
        if part == 0.0 {
            return Ok(count);
        }
        let training = (count as f64 * (1.0 - part)).floor() as usize;
        if training == 0 || training == count {
            let empty = if training == 0 { "training" } else { "validation" };
            let got = format!("{part} of {count} sample(s), which leaves none for {empty}");
            return Err(Error::setting("validation_split", "a part that leaves samples on both sides", got));
        }
        Ok(training)
    }

    /// Checks the weights of `count` samples.
    pub(crate) fn check_weights(name: &'static str, weights: &[f64], count: usize) -> Result<()> {
        if weights.len() != count {
            return Err(Error::setting(name, format!("{count} numbers, one for each sample"), weights.len()));
        }
        for (k, &weight) in weights.iter().enumerate() {
            if let Some(expected) = expected_weight(weight) {
                return Err(Error::setting(name, expected, format!("{weight} for sample {k}")));
            }
        }
        Ok(())
    }

    /// Writes a weight for each sample to `weights`, by its class and `class_weight`.
    pub(crate) fn weigh_classes<Y: Inspect>(&self, targets: Y::Batch<'_>, weights: &mut Vec<f64>) -> Result<()> {
        let Some(classes) = &self.class_weight else { return Ok(()) };
        if Y::COUNT > 1 {
            return Err(Error::setting("class_weight", "a model with one output", Y::COUNT));
        }
        let mut several = false;
        weights.clear();
        Y::classes(targets, &mut |class| {
            several |= class.is_none();
            // Keras rounds and casts like this.
            let class = class.unwrap_or(0.0).round_ties_even() as i64;
            // As in a dict, the last value of a key counts.
            let weight = classes.iter().rev().find(|(other, _)| *other == class);
            weights.push(weight.map_or(1.0, |(_, weight)| *weight));
        });
        if several {
            return Err(Error::setting("class_weight", "targets with one position", "targets with several"));
        }
        Ok(())
    }
}
