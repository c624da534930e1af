//! Mean squared error, as a metric: the mean over samples.
//!
//! ```text
//! 1/n · Σ (y - t)²
//! ```
//!
//! `n` is the number of scalars of a sample. Source: <https://keras.io/api/metrics/regression_metrics/>

use super::of_losses::add_masked;
use super::{Mean, Metric, MetricOn};
use crate::losses::{LossOn, MeanSquaredError};
use crate::scalar::Scalar;
use crate::tensor::Element;
use nalgebra::SMatrix;

/// `1/n · Σ (y - t)²`, Keras's `"mse"`
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mse;

impl Metric for Mse {
    type State = Mean;

    fn name(&self) -> &'static str {
        "mse"
    }

    fn result(&self, state: &Mean) -> f64 {
        state.result()
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> MetricOn<SMatrix<T, R, P>, SMatrix<T, R, P>> for Mse {
    fn update(&self, state: &mut Mean, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, weight: f64) {
        state.add(MeanSquaredError.loss(target, prediction).to_f64(), weight);
    }

    fn update_masked(
        &self,
        state: &mut Mean,
        target: &SMatrix<T, R, P>,
        prediction: &SMatrix<T, R, P>,
        weight: f64,
        mask: &[u32],
    ) {
        add_masked(&MeanSquaredError, 1.0, state, target, prediction, weight, mask);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
