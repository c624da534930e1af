//! [`Report`]: the loss and the metrics by name.

use core::fmt;
use std::sync::{Arc, OnceLock};

/// The loss and the metrics of an evaluation or of a training step.
///
/// `loss` is a field. The metrics are found by name. A model with several outputs also has `<output>_loss`, which is
/// without the output's weight, and its metrics are `<output>_<metric>`.
#[derive(Clone, PartialEq)]
pub struct Report {
    /// The total loss: the weighted sum of the losses of all outputs, plus regularization.
    pub loss: f64,
    names: Arc<Names>,
    values: Vec<f64>,
}

/// The report of a training step. Its numbers are those before the step.
pub type Logs = Report;

/// The reported names except `loss`.
#[derive(Debug, PartialEq)]
pub(crate) struct Names {
    /// The outputs whose losses come first in `names`. Empty for a single output.
    pub(crate) judged: Vec<usize>,
    /// The names in the order of computation.
    pub(crate) names: Vec<String>,
    /// The places in `names` in alphabetical order, in which Keras prints them. `None` is `loss`.
    sorted: Vec<Option<usize>>,
}

impl Names {
    pub(crate) fn new(judged: Vec<usize>, names: Vec<String>) -> Arc<Self> {
        let mut sorted: Vec<_> = (0..names.len()).map(Some).chain([None]).collect();
        sorted.sort_by_key(|&place| place.map_or("loss", |place| &names[place]));
        Arc::new(Names { judged, names, sorted })
    }

    /// Returns the names of a report that has the loss alone. Only the first call allocates.
    pub(crate) fn only_loss() -> &'static Arc<Self> {
        static NAMES: OnceLock<Arc<Names>> = OnceLock::new();
        NAMES.get_or_init(|| Names::new(Vec::new(), Vec::new()))
    }

    /// Returns the names of the metrics of a model with this number of outputs.
    pub(crate) fn metrics(&self, outputs: usize) -> &[String] {
        let losses = if outputs > 1 { self.judged.len() } else { 0 };
        &self.names[losses..]
    }

    /// Returns the names in alphabetical order.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = &str> {
        self.sorted.iter().map(|&place| place.map_or("loss", |place| self.names[place].as_str()))
    }
}

impl Report {
    /// Makes a report. `values` are in the order of `names`.
    pub(crate) fn new(loss: f64, names: &Arc<Names>, values: Vec<f64>) -> Self {
        Report { loss, names: names.clone(), values }
    }

    /// Returns a value by name: `report.get("accuracy")`.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Returns all names and values, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.names.sorted.iter().map(|&place| match place {
            Some(place) => (self.names.names[place].as_str(), self.values[place]),
            None => ("loss", self.loss),
        })
    }
}

/// Prints as Keras does: `accuracy: 0.9812 - loss: 0.0631`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_values(f, self.iter())
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// `accuracy: 0.9812 - loss: 0.0631`
pub(crate) fn write_values<'a, N: fmt::Display>(
    to: &mut impl fmt::Write,
    values: impl IntoIterator<Item = (N, f64)> + 'a,
) -> fmt::Result {
    for (i, (name, value)) in values.into_iter().enumerate() {
        let separator = if i > 0 { " - " } else { "" };
        // Keras prints small numbers in scientific notation.
        if value.abs() > 1e-3 || value == 0.0 {
            write!(to, "{separator}{name}: {value:.4}")?;
        } else {
            write!(to, "{separator}{name}: {value:.4e}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_printed_in_order() {
        let names = Names::new(vec![], vec!["b_loss".into(), "a_loss".into(), "accuracy".into()]);
        let report = Report::new(0.25, &names, vec![1.0, 2.0, 0.0002]);
        assert_eq!(report.to_string(), "a_loss: 2.0000 - accuracy: 2.0000e-4 - b_loss: 1.0000 - loss: 0.2500");
        assert_eq!((report.get("b_loss"), report.get("loss"), report.get("lost")), (Some(1.0), Some(0.25), None));
    }
}
