//! [`History`]: what `fit` returns.

use crate::report::values::Report;

/// The losses and metrics of every epoch of a training run; [`plot`](Self::plot) draws them.
///
/// The names are those of a [`Report`](crate::Report): `loss`; with several outputs `<output>_loss`; the metrics, with
/// several outputs as `<output>_<metric>`; and all of them again as `val_..` where there is data for validation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The numbers of the epochs, counted from 0 or from `initial_epoch`.
    pub epoch: Vec<usize>,
    /// The size of the run.
    pub params: Params,
    series: Vec<Series>,
}

/// The values of one name.
#[derive(Clone, Debug, PartialEq)]
struct Series {
    name: String,
    /// The places in `History::epoch` of the epochs that have a value: not all, if validation is not after every one.
    places: Vec<usize>,
    values: Vec<f64>,
}

/// The size of a training run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// How many epochs were asked for.
    pub epochs: usize,
    /// Steps of an epoch. Where batches come from iterators this is known at the end, and 0 before.
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

    /// The values of every epoch: `history.get("val_loss")`. `None` if there is no such name.
    ///
    /// Where validation is not after every epoch (`validation_freq`) its names have fewer values, as in Keras.
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        self.iter().find(|(other, _)| *other == name).map(|(_, values)| values)
    }

    /// The names: `accuracy`, `loss`, `val_accuracy`, `val_loss`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// All names and their values of every epoch.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[f64])> {
        self.series.iter().map(|series| (series.name.as_str(), series.values.as_slice()))
    }

    /// All names, with the place of the epoch beside every value.
    pub(crate) fn points(&self) -> impl Iterator<Item = (&str, Vec<(usize, f64)>)> {
        let points = |series: &Series| series.places.iter().copied().zip(series.values.iter().copied()).collect();
        self.series.iter().map(move |series| (series.name.as_str(), points(series)))
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
