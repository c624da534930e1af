//! Labels that a loss cannot judge: the sample that has one, and its probable meaning.
//!
//! Training works with such labels, so they are a warning, or an error with `strict`. Labels of samples or outputs with
//! weight 0 and at masked positions are skipped.

use crate::check::Targets;
use crate::error::Place;
use crate::losses::Losses;
use crate::losses::domain::{Domain, Fault, Misfit, Seen};
use crate::predict::Scratch;
use crate::train::compile::Compiled;
use crate::train::samples::Samples;
use crate::train::warnings::Data;
use crate::{Buffer, Error, Heap, Model, Result, Shape, Tensors, Warning};

/// The lint of such labels.
pub(crate) const LINT: &str = "labels_outside_domain";

/// The samples around the first bad label that help to guess its meaning.
const AROUND: usize = 512;

/// Checked samples, and the form of messages about them.
pub(crate) struct Labelled<'a, M: Model, L: Losses<M::Outputs>> {
    pub(crate) samples: Samples<'a, M::Inputs, Targets<M, L>>,
    pub(crate) data: Data,
    /// The number of the first sample, for messages.
    pub(crate) first: usize,
    /// Whether bad labels are an error.
    pub(crate) strict: bool,
}

impl<M: Model, O, L: Losses<M::Outputs>, K> Compiled<M, O, L, K> {
    /// Finds the first bad label of each output, and returns the warnings that this run has not printed yet.
    ///
    /// # Errors
    /// The first bad label, if bad labels are errors.
    pub(crate) fn check_labels(&self, labelled: Labelled<'_, M, L>) -> Result<Vec<Warning>> {
        let Labelled { samples, data, first, strict } = labelled;
        if M::ALLOWED_LINTS.contains(&LINT) {
            return Ok(Vec::new());
        }
        let Compiled { model, losses, loss_weights, said, .. } = self;
        let mut masks = Masks::<M> { model, x: samples.x, scratch: None, known: Default::default(), masked: [true; _] };
        let (mut found, n) = (Vec::new(), samples.len());
        losses.labels(samples.y, &mut |output, labels| {
            let has_weight = loss_weights.get(output).is_none_or(|&weight| weight != 0.0);
            if !has_weight || (!strict && said.contains(LINT, output, data)) {
                return;
            }
            let mut counts = |sample: usize, position: usize| {
                samples.weights.at(output, n, sample, Some(position)) != 0.0 && masks.count(output, sample, position)
            };
            let Some(misfit) = labels.misfit(&mut counts) else { return };
            let around = misfit.sample.saturating_sub(AROUND)..misfit.sample.saturating_add(AROUND);
            let seen = labels.seen(around, &mut counts);
            found.push((output, Bad { domain: labels.domain(), misfit, seen, first }));
        });
        if let (true, Some((output, bad))) = (strict, found.first()) {
            let expected =
                format!("{}, but got {}: {}", bad.domain, bad.got(M::OUTPUT_SHAPES.get(*output)), bad.meaning().0);
            let tensor = format!("{}target of output `{}`", data.prefix(), M::OUTPUT_NAMES[*output]);
            return Err(Error::Target { tensor, sample: bad.sample(), expected });
        }
        let warnings = found.iter().map(|(output, bad)| {
            said.insert(LINT, *output, data);
            let (meaning, help) = bad.meaning();
            let message = format!(
                "the {}target of output `{}` has {} in sample {}, but its loss `{}` judges {}: {meaning}",
                data.prefix(),
                M::OUTPUT_NAMES[*output],
                bad.got(M::OUTPUT_SHAPES.get(*output)),
                bad.sample(),
                losses.about(*output).name,
                bad.domain,
            );
            Warning { lint: LINT, message, help }
        });
        Ok(warnings.collect())
    }
}

/// A bad label, and the labels around it.
struct Bad {
    domain: Domain,
    misfit: Misfit,
    seen: Seen,
    first: usize,
}

impl Bad {
    fn sample(&self) -> usize {
        self.first + self.misfit.sample
    }

    /// The label, such as `the label 2`, with its place if a sample has several.
    fn got(&self, shape: Option<&Shape>) -> String {
        let Misfit { position, row, fault, .. } = self.misfit;
        let (text, whole) = match fault {
            Fault::Label(label) | Fault::Mixed(label) => (format!("the label {}", number(label)), false),
            Fault::Sum(sum) => (format!("labels with the sum {}", number(sum)), true),
            Fault::Zeros => ("nothing but 0".into(), true),
        };
        let positions = shape.map_or(1, Shape::cols);
        let feature = self.seen.rows > 1 && !whole;
        let mut place = Place::of(shape, row, position);
        if positions == 1 {
            return if feature { format!("{text} ({})", Place(&[row])) } else { text };
        }
        // Without the feature, a place has one axis less.
        let place = match (feature, place.pop()) {
            (true, Some(feature)) => {
                place.push(feature);
                Place(&place).to_string()
            }
            _ => match place[..] {
                [step] => format!("step {step}"),
                [row, column] => format!("row {row}, column {column}"),
                _ => Place(&place).to_string(),
            },
        };
        format!("{text} ({place})")
    }

    /// Returns the probable meaning of the labels, and the cure.
    fn meaning(&self) -> (String, &'static str) {
        let Seen { low, high, whole, two, .. } = self.seen;
        let (from, to) = (number(low), number(high));
        let pair = (low, high);
        let say = |text: &str, help| (text.to_string(), help);
        match (self.domain, self.misfit.fault) {
            (_, Fault::Zeros) => {
                say("a vector of zeros has no direction", "give such samples the weight 0, or leave them out")
            }
            (_, Fault::Sum(0.0)) => {
                say("no class is given", "give such samples the weight 0, mask them, or make a class of their own")
            }
            (_, Fault::Sum(_)) if self.seen.rows == 1 => say(
                "one label is no distribution",
                "`BinaryCrossentropy` is for one probability, and `SparseCategoricalCrossentropy` for numbers of classes",
            ),
            (_, Fault::Sum(_)) if whole && two && pair == (0.0, 1.0) => say(
                "several classes are given at once",
                "`BinaryCrossentropy` after a sigmoid is for classes that do not exclude each other",
            ),
            (_, Fault::Sum(_)) => say("these are no probabilities", "divide the labels of a position by their sum"),
            (_, Fault::Mixed(_)) => say(
                "labels -1, 0 and 1 mix two kinds, or look like three classes",
                "use -1 and 1, or 0 and 1; or one-hot labels under `CategoricalCrossentropy`",
            ),
            (Domain::NotNegative, _) => (
                format!("labels from {from} to {to} look standardized, or like differences"),
                "use counts or sizes as they are, or `MeanSquaredError`",
            ),
            (Domain::NotZero, _) => {
                say("a percentage of 0 is infinite", "use `MeanAbsoluteError`, or leave out such samples")
            }
            (Domain::Distribution, _) if whole && two && low >= 0.0 && high > 1.0 => (
                format!("labels 0 and {to} look like one-hot vectors of another size"),
                "divide the labels by the largest of them",
            ),
            (Domain::Distribution, _) if whole && pair == (-1.0, 1.0) => {
                say("labels -1 and 1 stand for 0 and 1", "make 0 of -1")
            }
            (Domain::Distribution, _) if whole && low >= 0.0 => (
                format!("labels from {from} to {to} look like numbers of classes, or counts"),
                "use one-hot labels: 1 for the class, and 0 for all others",
            ),
            _ if whole && pair == (1.0, 2.0) => {
                say("labels 1 and 2 look like classes", "subtract 1, so that the labels are 0 and 1")
            }
            _ if whole && pair == (-1.0, 1.0) => {
                say("labels -1 and 1 look like those of a hinge loss", "make 0 of -1, or use `Hinge`")
            }
            _ if whole && low >= 0.0 && high == 255.0 => {
                (format!("labels {from} and 255 look like bytes"), "divide the labels by 255")
            }
            _ if whole && low == high => (format!("every label is {to}"), "use 0 and 1 for no and yes"),
            _ if whole && low >= 0.0 => (
                format!("labels from {from} to {to} look like classes"),
                "`SparseCategoricalCrossentropy` takes the numbers of classes, from 0 on",
            ),
            _ if low >= 0.0 && high > 2.0 && high <= 100.0 && self.domain == Domain::Probabilities => {
                (format!("labels from {from} to {to} look like percentages"), "divide the labels by 100")
            }
            _ => (
                format!("labels from {from} to {to} look like the numbers of a regression"),
                "`MeanSquaredError` is for numbers; here a label is yes or no, or a probability",
            ),
        }
    }
}

/// Prints a number with the digits that a reader needs.
fn number(x: f64) -> String {
    let rounded = (x * 1e4).round() / 1e4;
    if rounded.is_finite() && rounded != 0.0 && rounded.abs() < 1e9 || x == 0.0 {
        format!("{rounded}")
    } else {
        format!("{x:.3e}")
    }
}

/// The masks of the outputs. They are computed only for a sample with a bad label, because few models have masks.
struct Masks<'m, 'x, M: Model> {
    model: &'m M,
    x: <M::Inputs as Tensors>::Batch<'x>,
    scratch: Option<Scratch<M>>,
    /// The last sample and output, and their mask.
    known: (Option<(usize, usize)>, Vec<u32>),
    /// The outputs that may have a mask.
    masked: [bool; crate::spec::MAX_INPUTS],
}

impl<M: Model> Masks<'_, '_, M> {
    /// Returns whether a position counts.
    fn count(&mut self, output: usize, sample: usize, position: usize) -> bool {
        if !self.masked[output] {
            return true;
        }
        if self.known.0 != Some((output, sample)) {
            self.find(output, sample);
        }
        !self.masked[output] || self.known.1.get(position).is_none_or(|&m| m != 0)
    }

    /// Masks depend only on the inputs, so a prediction of the sample gives them.
    fn find(&mut self, output: usize, sample: usize) {
        let x = M::Inputs::slice(M::Inputs::shorter(self.x), sample..sample + 1);
        let mut y: <M::Outputs as Tensors>::Buffers<Heap> = Buffer::with_capacity(1);
        let scratch = Scratch::of(&mut self.scratch);
        scratch.predict(self.model, x, M::Outputs::batch_mut::<Heap>(&mut y, 1), 1);
        let mask = scratch.parts().first().and_then(|part| part.masks(x)[output]);
        // A mask with another number of positions does not apply.
        let mask = mask.filter(|mask| M::OUTPUT_SHAPES.get(output).is_some_and(|shape| shape.cols() == mask.len()));
        self.masked[output] = mask.is_some();
        self.known.0 = Some((output, sample));
        self.known.1.clear();
        self.known.1.extend_from_slice(mask.unwrap_or(&[]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([2.0, -1.0, 0.0, 0.1, 1.0 / 3.0].map(number), ["2", "-1", "0", "0.1", "0.3333"]);
        assert_eq!([1e12, 1e-6].map(number), ["1.000e12", "1.000e-6"]);
    }
}
