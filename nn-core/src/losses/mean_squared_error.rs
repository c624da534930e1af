//! Mean squared error.
//!
//! ```text
//! L = 1/n · Σ (y - t)²
//! dL/dy = 2/n · (y - t)
//! ```
//!
//! `n` is the number of scalars of a sample. Source: <https://keras.io/api/losses/regression_losses/#meansquarederror-class>

use crate::losses::masked::masked_by_position;
use crate::losses::{Loss, LossOn};
use crate::scalar::Scalar;
use crate::tensor::Element;
use nalgebra::SMatrix;

/// `1/n · Σ (y - t)²`
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanSquaredError;

impl Loss for MeanSquaredError {
    fn name(&self) -> &'static str {
        "mean_squared_error"
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> LossOn<SMatrix<T, R, P>> for MeanSquaredError {
    type Target = SMatrix<T, R, P>;

    masked_by_position!();

    fn loss(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>) -> T {
        let squares: T = prediction.iter().zip(target.iter()).map(|(&y, &t)| (y - t) * (y - t)).sum();
        squares / T::of((R * P) as f64)
    }

    fn gradient(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, gradient: &mut SMatrix<T, R, P>) {
        let factor = T::of(2.0 / (R * P) as f64);
        for ((g, &y), &t) in gradient.iter_mut().zip(prediction.iter()).zip(target.iter()) {
            *g = factor * (y - t);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 2, 2>;

    /// `keras.losses.MeanSquaredError()([[[1, 1], [5, 1]]], [[[1, 2], [3, -0.5]]])` and its gradient.
    #[test]
    fn values_and_gradient_as_in_keras() {
        let targets = Sample::from_column_slice(&[1., 1., 5., 1.]);
        let predictions = Sample::from_column_slice(&[1., 2., 3., -0.5]);
        check_loss(&MeanSquaredError, &targets, &predictions);
        like_keras(&MeanSquaredError, &targets, &predictions, 1.8125, &[0., 0.5, -1., -0.75]);
    }
}
