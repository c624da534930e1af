//! [`History`]: what `fit` returns.

use crate::report::Report;

/// The losses and metrics of every epoch of a training run; [`plot`](Self::plot) draws them.
///
/// The names are those of a [`Report`](crate::Report): `loss`; with several outputs `<output>_loss`; the metrics, with
/// several outputs as `<output>_<metric>`; and all of them again as `val_..` where there is data for validation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The epochs, counted from 0.
    pub epoch: Vec<usize>,
    /// The size of the run.
    pub params: Params,
    series: Vec<(String, Vec<f64>)>,
}

/// The size of a training run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// How many epochs were asked for.
    pub epochs: usize,
    /// Steps of an epoch.
    pub steps: usize,
}

impl History {
    pub(crate) fn new(epochs: usize, steps: usize) -> Self {
        History { params: Params { epochs, steps }, ..History::default() }
    }

    pub(crate) fn push(&mut self, epoch: usize, training: &Report, validation: Option<&Report>) {
        self.epoch.push(epoch);
        for (name, value) in with_validation(training, validation) {
            match self.series.iter_mut().find(|(other, _)| *other == name) {
                Some((_, values)) => values.push(value),
                None => self.series.push((name, vec![value])),
            }
        }
    }

    /// The values of every epoch: `history.get("val_loss")`. `None` if there is no such name.
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        self.iter().find(|(other, _)| *other == name).map(|(_, values)| values)
    }

    /// The names: `accuracy`, `loss`, `val_accuracy`, `val_loss`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// All names and their values of every epoch.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[f64])> {
        self.series.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }
}

/// The values of an epoch, those of the validation with `val_` before their names.
pub(crate) fn with_validation<'a>(
    training: &'a Report,
    validation: Option<&'a Report>,
) -> impl Iterator<Item = (String, f64)> + 'a {
    let validation = validation.into_iter().flat_map(Report::iter).map(|(name, value)| (format!("val_{name}"), value));
    training.iter().map(|(name, value)| (name.to_string(), value)).chain(validation)
}
