//! Root mean squared error: the error in the unit of the target.
//!
//! ```text
//! sqrt(Σ w · 1/n · Σ (y - t)² / Σ w)
//! ```
//!
//! It is the root of the mean over all samples, not a mean of roots. `n` is the number of scalars of a sample. Source:
//! <https://keras.io/api/metrics/regression_metrics/#rootmeansquarederror-class>

use super::of_losses::add_positions;
use super::{Mean, Metric, MetricOn};
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::{LossOn, MeanSquaredError};
use nalgebra::SMatrix;

/// The square root of the mean of `(y - t)²`
#[doc(alias = "rmse")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RootMeanSquaredError;

impl Metric for RootMeanSquaredError {
    type State = Mean;

    fn name(&self) -> &'static str {
        "root_mean_squared_error"
    }

    fn result(&self, state: &Mean) -> f64 {
        // The root for `f64` without `std`.
        nalgebra::ComplexField::sqrt(state.result())
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> MetricOn<SMatrix<T, R, P>, SMatrix<T, R, P>>
    for RootMeanSquaredError
{
    fn update(&self, state: &mut Mean, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, weight: f64) {
        state.add(MeanSquaredError.loss(target, prediction).to_f64(), weight);
    }

    fn update_positions(
        &self,
        _: Head,
        state: &mut Mean,
        target: &SMatrix<T, R, P>,
        prediction: &SMatrix<T, R, P>,
        _: usize,
        weight: &dyn Fn(usize) -> f64,
        _: Option<&[u32]>,
    ) {
        add_positions(&MeanSquaredError, 1.0, Head::Other, state, target, prediction, weight, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_the_mean() {
        type Sample = SMatrix<f32, 2, 1>;
        let mut state = Mean::default();
        assert_eq!(RootMeanSquaredError.result(&state), 0.0);
        RootMeanSquaredError.update(&mut state, &Sample::new(1., 2.), &Sample::new(1., 4.), 1.0);
        RootMeanSquaredError.update(&mut state, &Sample::new(3., 4.), &Sample::new(0., 7.), 2.0);
        // (2 + 2 · 9) / 3
        assert!((RootMeanSquaredError.result(&state) - (20.0f64 / 3.0).sqrt()).abs() < 1e-12);
    }
}
