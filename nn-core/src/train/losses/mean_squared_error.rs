//! Mean squared error.
//!
//! ```text
//! L = 1/n · Σ (y - t)²
//! dL/dy = 2/n · (y - t)
//! ```
//!
//! `n` is the number of features of a position. Source:
//! <https://keras.io/api/losses/regression_losses/#meansquarederror-class>

use super::mean::{mean, mean_slope};
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use nalgebra::SMatrix;

/// `1/n · Σ (y - t)²`
#[doc(alias = "mean_squared_error")]
#[doc(alias = "mse")]
#[doc(alias = "MSELoss")]
#[derive(Clone, Copy, Debug)]
pub struct MeanSquaredError;

impl Loss for MeanSquaredError {
    fn name(&self) -> &'static str {
        "mean_squared_error"
    }
}

impl<T: Scalar + Element> Position<T> for MeanSquaredError {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        mean(t, y, |t, y| (y - t) * (y - t))
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        mean_slope(t, y, slope, |t, y| T::of(2.0) * (y - t));
    }
}

on_positions!(MeanSquaredError: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::checks::{check_loss, like_keras};

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
