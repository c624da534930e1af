//! [`Report`]: a loss and metrics with their names.

use core::fmt;
use std::sync::Arc;

/// The loss and the metrics of an evaluation or of a training step.
///
/// Besides `loss` there are, by name: with several outputs `<output>_loss`, the loss of each without its weight; and
/// the metrics, with several outputs as `<output>_<metric>`.
#[derive(Clone, PartialEq)]
pub struct Report {
    /// The whole loss: the weighted sum of the losses of all outputs, and regularization.
    pub loss: f64,
    names: Arc<Names>,
    values: Vec<f64>,
}

/// What a training step reports; the loss and the metrics are those before the step.
pub type Logs = Report;

/// The names of what is reported besides `loss`.
#[derive(Debug, PartialEq)]
pub(crate) struct Names {
    /// The outputs whose losses come first, if there are several outputs.
    pub(crate) judged: Vec<usize>,
    /// In the order in which the values are computed.
    pub(crate) names: Vec<String>,
    /// All of them and `loss`, in alphabetical order as Keras prints them: the place in `names`, or `None` for `loss`.
    sorted: Vec<Option<usize>>,
}

impl Names {
    pub(crate) fn new(judged: Vec<usize>, names: Vec<String>) -> Arc<Self> {
        let mut sorted: Vec<_> = (0..names.len()).map(Some).chain([None]).collect();
        sorted.sort_by_key(|&place| place.map_or("loss", |place| &names[place]));
        Arc::new(Names { judged, names, sorted })
    }

    /// The names of metrics of a model with these outputs.
    pub(crate) fn metrics(&self, outputs: usize) -> &[String] {
        let losses = if outputs > 1 { self.judged.len() } else { 0 };
        &self.names[losses..]
    }

    /// All of them, in alphabetical order.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = &str> {
        self.sorted.iter().map(|&place| place.map_or("loss", |place| self.names[place].as_str()))
    }
}

impl Report {
    /// `values` are in the order of `names`.
    pub(crate) fn new(loss: f64, names: &Arc<Names>, values: Vec<f64>) -> Self {
        Report { loss, names: names.clone(), values }
    }

    /// The value of that name: `report.get("accuracy")`.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// All names and values, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.names.sorted.iter().map(|&place| match place {
            Some(place) => (self.names.names[place].as_str(), self.values[place]),
            None => ("loss", self.loss),
        })
    }
}

/// As Keras prints it: `accuracy: 0.9812 - loss: 0.0631`.
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
        // Keras's rule: small numbers in scientific notation.
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
