//! Checks of data and settings, before anything computes with them.

use crate::data::{Inspect, NotFinite};
use crate::losses::Losses;
use crate::{Error, Model, Result, Tensors};

/// The targets of a model's losses.
pub(crate) type Targets<M, L> = <L as Losses<<M as Model>::Outputs>>::Targets;

/// Checks that all tensors have the same number of samples and hold nothing but finite numbers.
#[derive(Default)]
pub(crate) struct Check {
    /// The first tensor and its number of samples.
    first: Option<(String, usize)>,
}

impl Check {
    /// Adds tensors, which `name` gives names.
    pub(crate) fn add<X: Inspect>(&mut self, batch: X::Batch<'_>, name: impl Fn(usize) -> String) -> Result<()> {
        // Lengths before numbers: one is cheap, and a wrong length is the more basic mistake.
        let mut index = 0;
        let mut error = None;
        X::lengths(batch, &mut |got| {
            match &self.first {
                None => self.first = Some((name(index), got)),
                Some((other, expected)) if *expected != got && error.is_none() => {
                    let (tensor, other, expected) = (name(index), other.clone(), *expected);
                    error = Some(Error::Lengths { tensor, other, expected, got });
                }
                Some(_) => {}
            }
            index += 1;
        });
        if let Some(error) = error {
            return Err(error);
        }
        let mut index = 0;
        X::inspect(batch, &mut |_, place| {
            if let (Some(NotFinite { sample, row, col, value }), None) = (place, &error) {
                error = Some(Error::NotFinite { tensor: name(index), sample, row, col, value });
            }
            index += 1;
        });
        error.map_or(Ok(()), Err)
    }

    /// The number of samples, at least one.
    pub(crate) fn some(self) -> Result<usize> {
        match self.first {
            Some((tensor, 0)) => Err(Error::Empty { tensor }),
            first => Ok(first.map_or(0, |(_, count)| count)),
        }
    }

    /// The number of samples.
    pub(crate) fn any(self) -> usize {
        self.first.map_or(0, |(_, count)| count)
    }
}

/// Checks the inputs of a prediction; their number of samples.
pub(crate) fn inputs<M: Model>(x: <M::Inputs as Tensors>::Batch<'_>) -> Result<usize> {
    let mut check = Check::default();
    check.add::<M::Inputs>(x, |i| format!("input `{}`", M::INPUT_NAMES[i]))?;
    Ok(check.any())
}

/// Checks inputs and targets; their number of samples. `part` is put before the names: `validation `.
pub(crate) fn data<M: Model, L: Losses<M::Outputs, Targets: Inspect>>(
    losses: &L,
    part: &str,
    x: <M::Inputs as Tensors>::Batch<'_>,
    y: <L::Targets as Tensors>::Batch<'_>,
) -> Result<usize> {
    let target = |i: usize| format!("{part}target of output `{}`", M::OUTPUT_NAMES[i]);
    let mut check = Check::default();
    check.add::<M::Inputs>(x, |i| format!("{part}input `{}`", M::INPUT_NAMES[i]))?;
    check.add::<L::Targets>(y, target)?;
    let count = check.some()?;
    let mut error = None;
    losses.check(y, &mut |output, sample, expected| {
        error.get_or_insert_with(|| Error::Target { tensor: target(output), sample, expected: expected.to_string() });
    });
    error.map_or(Ok(count), Err)
}

/// Checks a batch size.
pub(crate) fn batch_size(got: usize) -> Result<()> {
    if got == 0 { Err(Error::setting("batch_size", "at least 1", got)) } else { Ok(()) }
}
