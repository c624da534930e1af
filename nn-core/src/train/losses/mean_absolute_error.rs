//! Mean absolute error.
//!
//! ```text
//! L = 1/n · Σ |y - t|
//! dL/dy = 1/n · sign(y - t)        (0 where y = t, as in Keras)
//! ```
//!
//! `n` is the number of features of a position. Source:
//! <https://keras.io/api/losses/regression_losses/#meanabsoluteerror-class>

use super::mean::{mean, mean_slope, sign};
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use nalgebra::SMatrix;

/// `1/n · Σ |y - t|`
#[doc(alias = "mean_absolute_error")]
#[doc(alias = "mae")]
#[doc(alias = "L1Loss")]
#[derive(Clone, Copy, Debug)]
pub struct MeanAbsoluteError;

impl Loss for MeanAbsoluteError {
    fn name(&self) -> &'static str {
        "mean_absolute_error"
    }
}

impl<T: Scalar + Element> Position<T> for MeanAbsoluteError {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        mean(t, y, |t, y| (y - t).abs())
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        mean_slope(t, y, slope, |t, y| sign(y - t));
    }
}

on_positions!(MeanAbsoluteError: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::checks::{check_loss, like_keras};

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
