//! Mean absolute error.
//!
//! ```text
//! L = 1/n · Σ |y - t|
//! dL/dy = 1/n · sign(y - t)        (0 where y = t, as in Keras)
//! ```
//!
//! `n` is the number of scalars of a sample. Source: <https://keras.io/api/losses/regression_losses/#meanabsoluteerror-class>

use crate::losses::masked::masked_by_position;
use crate::losses::{Loss, LossOn};
use crate::scalar::Scalar;
use crate::tensor::Element;
use nalgebra::SMatrix;

/// `1/n · Σ |y - t|`
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanAbsoluteError;

impl Loss for MeanAbsoluteError {
    fn name(&self) -> &'static str {
        "mean_absolute_error"
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> LossOn<SMatrix<T, R, P>> for MeanAbsoluteError {
    type Target = SMatrix<T, R, P>;

    masked_by_position!();

    fn loss(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>) -> T {
        let sum: T = prediction.iter().zip(target.iter()).map(|(&y, &t)| (y - t).abs()).sum();
        sum / T::of((R * P) as f64)
    }

    fn gradient(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, gradient: &mut SMatrix<T, R, P>) {
        let factor = T::of(1.0 / (R * P) as f64);
        for ((g, &y), &t) in gradient.iter_mut().zip(prediction.iter()).zip(target.iter()) {
            *g = if y > t {
                factor
            } else if y < t {
                -factor
            } else {
                T::ZERO
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 2, 2>;

    #[test]
    fn gradient() {
        let targets = Sample::from_column_slice(&[1.5, 1., 5., 1.]);
        check_loss(&MeanAbsoluteError, &targets, &Sample::from_column_slice(&[1., 2., 3., -0.5]));
    }

    /// `keras.losses.MeanAbsoluteError()([[[1, 1], [5, 1]]], [[[1, 2], [3, -0.5]]])` and its gradient.
    #[test]
    fn values_as_in_keras() {
        let targets = Sample::from_column_slice(&[1., 1., 5., 1.]);
        let predictions = Sample::from_column_slice(&[1., 2., 3., -0.5]);
        like_keras(&MeanAbsoluteError, &targets, &predictions, 1.125, &[0., 0.25, -0.25, -0.25]);
    }
}
