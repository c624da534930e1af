//! Mean absolute error, as a metric: the mean over samples.
//!
//! ```text
//! 1/n · Σ |y - t|
//! ```
//!
//! `n` is the number of scalars of a sample. Source: <https://keras.io/api/metrics/regression_metrics/>

use super::of_losses::add_masked;
use super::{Mean, Metric, MetricOn};
use crate::losses::{LossOn, MeanAbsoluteError};
use crate::scalar::Scalar;
use crate::tensor::Element;
use nalgebra::SMatrix;

/// `1/n · Σ |y - t|`, Keras's `"mae"`
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mae;

impl Metric for Mae {
    type State = Mean;

    fn name(&self) -> &'static str {
        "mae"
    }

    fn result(&self, state: &Mean) -> f64 {
        state.result()
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> MetricOn<SMatrix<T, R, P>, SMatrix<T, R, P>> for Mae {
    fn update(&self, state: &mut Mean, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, weight: f64) {
        state.add(MeanAbsoluteError.loss(target, prediction).to_f64(), weight);
    }

    fn update_masked(
        &self,
        state: &mut Mean,
        target: &SMatrix<T, R, P>,
        prediction: &SMatrix<T, R, P>,
        weight: f64,
        mask: &[u32],
    ) {
        add_masked(&MeanAbsoluteError, 1.0, state, target, prediction, weight, mask);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
