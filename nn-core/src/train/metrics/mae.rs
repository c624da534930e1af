//! Mean absolute error, as a metric: the mean over samples.
//!
//! ```text
//! 1/n · Σ |y - t|
//! ```
//!
//! `n` is the number of scalars of a sample. Source: <https://keras.io/api/metrics/regression_metrics/>

use super::of_losses::loss_metric;
use crate::train::losses::MeanAbsoluteError;

/// `1/n · Σ |y - t|`, Keras's `"mae"`
#[doc(alias = "mean_absolute_error")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mae;

loss_metric!(Mae "mae": self => 1.0, MeanAbsoluteError, &MeanAbsoluteError);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::{Mean, Metric, MetricOn};
    use nalgebra::SMatrix;

    /// `keras.metrics.MeanAbsoluteError()`: `update_state([[1, 2], [3, 4]], [[1, 4], [0, 4]], [1, 3])` gives 1.375.
    #[test]
    fn as_in_keras() {
        type Sample = SMatrix<f32, 2, 1>;
        let mut state = Mean::default();
        Mae.update(&mut state, &Sample::new(1., 2.), &Sample::new(1., 4.), 1.0);
        Mae.update(&mut state, &Sample::new(3., 4.), &Sample::new(0., 4.), 3.0);
        assert_eq!(Mae.result(&state), 1.375);
    }
}
