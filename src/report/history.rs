//! [`History`]: the return value of `fit`.

use crate::report::values::Report;

/// The losses and metrics of every epoch of a training run. [`plot`](Self::plot) draws them.
///
/// The names are those of a [`Report`](crate::Report): `loss` and the metrics. A model with several outputs also has
/// `<output>_loss`, and its metrics are `<output>_<metric>`. With validation, all names come again as `val_..`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The numbers of the epochs, counted from 0 or from `initial_epoch`.
    pub epoch: Vec<usize>,
    /// The number of epochs and steps.
    pub params: Params,
    series: Vec<Series>,
}

/// The values of one name.
#[derive(Clone, Debug, PartialEq)]
struct Series {
    name: String,
    /// The places in `History::epoch` of the epochs with a value. Epochs without validation have no `val_..` value.
    places: Vec<usize>,
    values: Vec<f64>,
}

/// The size of a training run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// The number of epochs that were asked for.
    pub epochs: usize,
    /// The steps of an epoch. For batches from iterators it is 0 until the end of the run.
    pub steps: usize,
}

impl History {
    pub(crate) fn new(params: Params) -> Self {
        History { params, ..History::default() }
    }

    /// Adds an epoch with the values of all names.
    pub(crate) fn push(&mut self, epoch: usize, logs: impl IntoIterator<Item = (String, f64)>) {
        let place = self.epoch.len();
        self.epoch.push(epoch);
        for (name, value) in logs {
            match self.series.iter_mut().find(|series| series.name == name) {
                Some(series) => {
                    series.places.push(place);
                    series.values.push(value);
                }
                None => self.series.push(Series { name, places: vec![place], values: vec![value] }),
            }
        }
    }

    /// Returns the values of every epoch, or `None` for an unknown name: `history.get("val_loss")`.
    ///
    /// With `validation_freq` above 1, names of the validation have fewer values, as in Keras.
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        self.iter().find(|(other, _)| *other == name).map(|(_, values)| values)
    }

    /// Returns the names, for example `accuracy`, `loss`, `val_accuracy` and `val_loss`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// Returns all names with their values of every epoch.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[f64])> {
        self.series.iter().map(|series| (series.name.as_str(), series.values.as_slice()))
    }

    /// Returns all names with pairs of an epoch's place and its value.
    pub(crate) fn points(&self) -> impl Iterator<Item = (&str, Vec<(usize, f64)>)> {
        let points = |series: &Series| series.places.iter().copied().zip(series.values.iter().copied()).collect();
        self.series.iter().map(move |series| (series.name.as_str(), points(series)))
    }
}

/// The values of an epoch. Names of the validation begin with `val_`.
pub(crate) fn with_validation<'a>(
    training: &'a Report,
    validation: Option<&'a Report>,
) -> impl Iterator<Item = (String, f64)> + 'a {
    let validation = validation.into_iter().flat_map(Report::iter).map(|(name, value)| (format!("val_{name}"), value));
    training.iter().map(|(name, value)| (name.to_string(), value)).chain(validation)
}
