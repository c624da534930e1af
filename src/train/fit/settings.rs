//! [`Settings`]: the plain settings of a training run, and their checks.

use crate::data::Inspect;
use crate::losses::Losses;
use crate::predict::BATCH_SIZE;
use crate::report::progress::Verbose;
use crate::spec::MAX_INPUTS;
use crate::train::samples::Samples;
use crate::train::weights::{Columns, Given, Weights, expected_weight};
use crate::{Error, Model, Result, Tensors};

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
    /// The weights of classes, each of an output, or of the only one.
    pub(crate) class_weight: Vec<(Option<String>, Vec<(i64, f64)>)>,
    pub(crate) sample_weight: Option<Given>,
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
            class_weight: Vec::new(),
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
        for (class, weight) in self.class_weight.iter().flat_map(|(_, weights)| weights) {
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

    /// Returns the class weights of each output.
    pub(crate) fn class_weights<M: Model>(&self) -> Result<[Option<&[(i64, f64)]>; MAX_INPUTS]> {
        let mut of_outputs = [None; MAX_INPUTS];
        for (name, weights) in &self.class_weight {
            let names = M::OUTPUT_NAMES;
            let output = match name {
                None if names.len() == 1 => Some(0),
                None => {
                    let expected = "a model with one output, or `class_weight_of` for each of several";
                    return Err(Error::setting("class_weight", expected, names.len()));
                }
                Some(name) => names.iter().position(|other| other == name),
            };
            let Some(output) = output else {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                let got = format!("`{}`", name.as_deref().unwrap_or_default());
                return Err(Error::setting("class_weight_of", format!("an output ({})", names.join(", ")), got));
            };
            of_outputs[output] = Some(weights.as_slice());
        }
        Ok(of_outputs)
    }

    /// Writes the weights of samples times those of their classes to `columns`, and returns them. Without class
    /// weights, returns those of the samples.
    pub(crate) fn weigh_classes<'w, M: Model, L: Losses<M::Outputs, Targets: Inspect>>(
        &self,
        losses: &L,
        samples: Samples<'w, M::Inputs, L::Targets>,
        columns: &'w mut Columns,
    ) -> Result<Weights<'w>> {
        if self.class_weight.is_empty() {
            return Ok(samples.weights);
        }
        let of_outputs = self.class_weights::<M>()?;
        let n = samples.len();
        columns.clear();
        for (output, classes) in of_outputs.iter().enumerate().take(M::Outputs::COUNT) {
            let column = columns.column(output);
            column.extend_from_slice(samples.weights.of(output));
            if classes.is_some() && column.is_empty() {
                column.resize(n, 1.0);
            }
        }
        // Targets that an output lacks have no classes.
        let mut outputs = (0..M::Outputs::COUNT).filter(|&output| losses.judges(output));
        let (mut output, mut sample, mut wrong) = (outputs.next(), 0, None);
        L::Targets::classes(samples.y, &mut |class| {
            if sample == n {
                (output, sample) = (outputs.next(), 0);
            }
            let place = output.and_then(|output| Some((output, of_outputs[output]?)));
            if let Some((output, classes)) = place {
                let weight = class.map(|class| weight_of(classes, class));
                if weight.is_none() {
                    wrong = wrong.or(Some(("targets with one position", "targets with several")));
                }
                let column = columns.column(output);
                let each = column.len() / n;
                for to in column.iter_mut().skip(sample * each).take(each) {
                    *to *= weight.unwrap_or(1.0);
                    if !to.is_finite() {
                        wrong = wrong.or(Some(("finite products with `sample_weight`", "an infinite one")));
                    }
                }
            }
            sample += 1;
        });
        match wrong {
            Some((expected, got)) => Err(Error::setting("class_weight", expected, got)),
            None => Ok(columns.weights()),
        }
    }
}

/// Returns the weight of a class.
fn weight_of(classes: &[(i64, f64)], class: f64) -> f64 {
    // A missing label has no class.
    if !class.is_finite() {
        return 1.0;
    }
    // Keras rounds and casts like this.
    let class = class.round_ties_even() as i64;
    // As in a dict, the last value of a key counts.
    let weight = classes.iter().rev().find(|(other, _)| *other == class);
    weight.map_or(1.0, |(_, weight)| *weight)
}
