//! Mean squared error, as a metric: the mean over samples.
//!
//! ```text
//! 1/n · Σ (y - t)²
//! ```
//!
//! `n` is the number of scalars of a sample. Source: <https://keras.io/api/metrics/regression_metrics/>

use super::of_losses::loss_metric;
use crate::train::losses::MeanSquaredError;

/// `1/n · Σ (y - t)²`, Keras's `"mse"`
#[doc(alias = "mean_squared_error")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mse;

loss_metric!(Mse "mse": self => 1.0, MeanSquaredError, &MeanSquaredError);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::{Mean, Metric, MetricOn};
    use nalgebra::SMatrix;

    /// `keras.metrics.MeanSquaredError()`: `update_state([[1, 2], [3, 4]], [[1, 4], [0, 4]], [1, 3])` gives 3.875.
    #[test]
    fn as_in_keras() {
        type Sample = SMatrix<f32, 2, 1>;
        let mut state = Mean::default();
        Mse.update(&mut state, &Sample::new(1., 2.), &Sample::new(1., 4.), 1.0);
        Mse.update(&mut state, &Sample::new(3., 4.), &Sample::new(0., 4.), 3.0);
        assert_eq!(Mse.result(&state), 3.875);
    }
}
