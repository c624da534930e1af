//! Checks of data and settings before any computation.

use crate::data::{Inspect, NotFinite, Outside};
use crate::error::Place;
use crate::losses::Losses;
#[cfg(feature = "train")]
use crate::losses::Weighting;
use crate::optimizers::Optimizer;
use crate::settings::{self, Allowed, OutOfRange, Setting};
use crate::{Ends, Error, Model, Result, Scalar, Shape, Tensors};
use core::fmt;

/// The targets of a model's losses.
pub(crate) type Targets<M, L> = <L as Losses<<M as Model>::Outputs>>::Targets;

/// The name of an input or target in messages.
#[derive(Clone, Copy)]
struct Name {
    /// `validation `, or nothing.
    part: &'static str,
    /// `input` or `target of output`
    what: &'static str,
    name: &'static str,
    /// The shape of an input or output.
    shape: Option<&'static Shape>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} `{}`", self.part, self.what, self.name)
    }
}

/// Checks that all tensors have the same number of samples and only finite numbers. It allocates only messages.
#[derive(Default)]
struct Check {
    /// The first tensor and its number of samples.
    first: Option<(Name, usize)>,
}

impl Check {
    /// Adds tensors with the names of `name`. Tensors that are not `present` have no length.
    fn add<X: Inspect>(
        &mut self,
        batch: X::Batch<'_>,
        name: &dyn Fn(usize) -> Name,
        present: &dyn Fn(usize) -> bool,
    ) -> Result<()> {
        // Lengths come before numbers, because they are cheap to check and a wrong length is the more basic mistake.
        self.lengths::<X>(batch, name, present)?;
        let (mut index, mut error) = (0, None);
        X::inspect(batch, &mut |_, place| {
            if let (Some(NotFinite { sample, row, col, value }), None) = (place, &error) {
                let name = name(index);
                let place = Place::of(name.shape, row, col);
                error = Some(Error::NotFinite { tensor: name.to_string(), sample, place, value });
            }
            index += 1;
        });
        error.map_or(Ok(()), Err)
    }

    /// Adds tensors as [`add`](Self::add), but does not look at their numbers.
    fn lengths<X: Tensors>(
        &mut self,
        batch: X::Batch<'_>,
        name: &dyn Fn(usize) -> Name,
        present: &dyn Fn(usize) -> bool,
    ) -> Result<()> {
        let mut index = 0;
        let mut error = None;
        X::lengths(batch, &mut |got| {
            while index + 1 < X::COUNT && !present(index) {
                index += 1;
            }
            let (other, expected) = *self.first.get_or_insert_with(|| (name(index), got));
            if got != expected && error.is_none() {
                let (tensor, other) = (name(index).to_string(), other.to_string());
                error = Some(Error::Lengths { tensor, other, expected, got });
            }
            index += 1;
        });
        error.map_or(Ok(()), Err)
    }

    /// The number of samples.
    fn count(&self) -> usize {
        self.first.map_or(0, |(_, count)| count)
    }
}

/// Checks that no index of the inputs is out of range.
fn indices<M: Model>(x: <M::Inputs as Tensors>::Batch<'_>, name: &dyn Fn(usize) -> Name) -> Result<()> {
    let bounds = <M::Graph as Ends<M::Scalar, M::Inputs>>::BOUNDS;
    if bounds.is_empty() {
        return Ok(());
    }
    let (mut input, mut error) = (0, None);
    M::Inputs::outside(x, bounds, &mut |place| {
        if let (Some(Outside { sample, position, index, bound }), None) = (place, &error) {
            error = Some(Error::Index { tensor: name(input).to_string(), sample, position, index, bound });
        }
        input += 1;
    });
    error.map_or(Ok(()), Err)
}

/// Checks the inputs of a prediction, and returns their number of samples.
pub(crate) fn inputs<M: Model>(x: <M::Inputs as Tensors>::Batch<'_>) -> Result<usize> {
    let mut check = Check::default();
    let input = |i: usize| input::<M>("", i);
    check.add::<M::Inputs>(x, &input, &|_| true)?;
    indices::<M>(x, &input)?;
    Ok(check.count())
}

/// Checks the inputs, and the lengths of the targets. Returns their number of samples, at least one. `part` is a prefix
/// of the names, such as `validation `. The numbers of the targets are for [`targets`].
pub(crate) fn data<M: Model, L: Losses<M::Outputs, Targets: Inspect>>(
    losses: &L,
    part: &'static str,
    x: <M::Inputs as Tensors>::Batch<'_>,
    y: <L::Targets as Tensors>::Batch<'_>,
) -> Result<usize> {
    let input = |i: usize| input::<M>(part, i);
    let target = |i: usize| target::<M>(part, i);
    let mut check = Check::default();
    check.add::<M::Inputs>(x, &input, &|_| true)?;
    indices::<M>(x, &input)?;
    check.lengths::<L::Targets>(y, &target, &|output| losses.judges(output))?;
    if check.count() == 0 {
        return Err(Error::Empty { tensor: input(0).to_string() });
    }
    Ok(check.count())
}

/// Returns the name of an input.
fn input<M: Model>(part: &'static str, input: usize) -> Name {
    Name { part, what: "input", name: M::INPUT_NAMES[input], shape: M::INPUT_SHAPES.get(input) }
}

/// Returns the name of the target of an output.
fn target<M: Model>(part: &'static str, output: usize) -> Name {
    Name { part, what: "target of output", name: M::OUTPUT_NAMES[output], shape: M::OUTPUT_SHAPES.get(output) }
}

/// Checks the targets of samples. Those that do not count, by output, sample and position, may have any numbers.
/// Messages count samples from `first`.
#[cfg(feature = "train")]
pub(crate) fn targets<M: Model, L: Losses<M::Outputs, Targets: Inspect>>(
    losses: &L,
    part: &'static str,
    y: <L::Targets as Tensors>::Batch<'_>,
    columns: &[&[f64]],
    counts: &mut dyn FnMut(usize, usize, Option<usize>) -> bool,
    first: usize,
) -> Result<()> {
    let (mut output, mut error) = (0, None);
    L::Targets::not_finite(y, 0, counts, &mut |place| {
        if let (Some(NotFinite { sample, row, col, value }), None) = (place, &error) {
            let name = target::<M>(part, output);
            let place = Place::of(name.shape, row, col);
            error = Some(Error::NotFinite { tensor: name.to_string(), sample: first + sample, place, value });
        }
        output += 1;
    });
    if let Some(error) = error {
        return Err(error);
    }
    let mut error = None;
    let weighting = Weighting { samples: columns, ..Weighting::NONE };
    losses.check(y, weighting, &mut |output, sample, expected| {
        error.get_or_insert_with(|| Error::Target {
            tensor: target::<M>(part, output).to_string(),
            sample: first + sample,
            expected: expected.to_string(),
        });
    });
    error.map_or(Ok(()), Err)
}

/// Converts the error of a setting. `got` says where it was set.
fn wrong(OutOfRange { name, allowed, .. }: OutOfRange, got: impl fmt::Display) -> Error {
    Error::setting(name, allowed, got)
}

/// Checks the settings of the optimizer.
pub(crate) fn optimizer<M: Model>(optimizer: &impl Optimizer) -> Result<()> {
    let checked = optimizer.check::<M::Scalar>();
    checked.map_err(|error| wrong(error, format_args!("{} in the optimizer `{}`", error.got(), optimizer.name())))
}

/// Checks the learning rate of a step, which a schedule or a callback may have set.
pub(crate) fn learning_rate<T: Scalar>(rate: f64, step: u64) -> Result<()> {
    let checked = Setting::new("learning_rate", rate, Allowed::NOT_NEGATIVE).check::<T>();
    checked.map_err(|error| wrong(error, format_args!("{} for step {step}", error.got())))
}

/// Checks the settings of the losses, and their weights.
pub(crate) fn losses<M: Model, L: Losses<M::Outputs>>(losses: &L, weights: &[f64]) -> Result<()> {
    for (output, name) in M::OUTPUT_NAMES.iter().enumerate() {
        settings::check::<M::Scalar>(|visit| losses.settings(output, visit)).map_err(|error| {
            let loss = losses.about(output).name;
            wrong(error, format_args!("{} in the loss `{loss}` of output `{name}`", error.got()))
        })?;
        let weight = weights.get(output).copied().unwrap_or(1.0);
        let checked = Setting::new("loss_weights", weight, Allowed::NOT_NEGATIVE).check::<M::Scalar>();
        checked.map_err(|error| wrong(error, format_args!("{} for output `{name}`", error.got())))?;
    }
    Ok(())
}

/// Checks that the only output has a loss. A model with several outputs may have no loss at all; a lint reports it.
pub(crate) fn any_loss<M: Model, L: Losses<M::Outputs>>(losses: &L) -> Result<()> {
    match M::OUTPUT_NAMES {
        [name] if !losses.judges(0) && !M::ALLOWED_LINTS.contains(&"output_without_loss") => {
            let expected = format!("a loss for the only output `{name}`, such as `MeanSquaredError`");
            Err(Error::setting("losses", expected, "`()`, from which nothing is learned"))
        }
        _ => Ok(()),
    }
}

/// Checks a batch size.
pub(crate) fn batch_size(got: usize) -> Result<()> {
    if got == 0 { Err(Error::setting("batch_size", "at least 1", got)) } else { Ok(()) }
}
