//! Mean absolute percentage error: the error in percent of the target.
//!
//! ```text
//! d(t) = max(|t|, 1e-7)
//! L = 100/n · Σ |y - t| / d(t)
//! dL/dy = 100/n · sign(y - t) / d(t)        (0 where y = t, as in Keras)
//! ```
//!
//! `n` is the number of features of a position. For a target of 0, the loss is a thousand million times the error.
//! Source: <https://keras.io/api/losses/regression_losses/#meanabsolutepercentageerror-class>

use super::logits::EPSILON;
use super::mean::{at_least, mean, mean_slope, sign};
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// `100/n · Σ |y - t| / |t|`
#[doc(alias = "mean_absolute_percentage_error")]
#[doc(alias = "mape")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanAbsolutePercentageError;

impl Loss for MeanAbsolutePercentageError {
    fn name(&self) -> &'static str {
        "mean_absolute_percentage_error"
    }

    fn domain(&self) -> Domain {
        Domain::NotZero
    }
}

/// Returns the divisor of the error.
#[inline(always)]
fn size<T: Scalar>(t: T) -> T {
    at_least(t.abs(), T::of(EPSILON))
}

impl<T: Scalar + Element> Position<T> for MeanAbsolutePercentageError {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        T::of(100.0) * mean(t, y, |t, y| ((t - y) / size(t)).abs())
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        mean_slope(t, y, slope, |t, y| T::of(100.0) * sign(y - t) / size(t));
    }
}

on_positions!(MeanAbsolutePercentageError: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 2, 3>;

    #[test]
    fn gradient() {
        let targets = Sample::from_column_slice(&[1.5, -1., 5., 1., -0.25, 3.]);
        check_loss(&MeanAbsolutePercentageError, &targets, &Sample::from_column_slice(&[1., 2., 3., -0.5, -0.5, 4.]));
    }

    /// Errors of 50 %, 100 %, 0 and 25 %.
    #[test]
    fn by_hand() {
        let targets = SMatrix::<f64, 2, 2>::from_column_slice(&[2., -1., 5., 4.]);
        let predictions = SMatrix::<f64, 2, 2>::from_column_slice(&[1., -2., 5., 5.]);
        like_keras(&MeanAbsolutePercentageError, &targets, &predictions, 43.75, &[-12.5, -25., 0., 6.25]);
    }

    #[test]
    fn a_target_of_zero() {
        let loss = MeanAbsolutePercentageError.loss(&SMatrix::<f32, 1, 1>::zeros(), &SMatrix::<f32, 1, 1>::new(0.5));
        assert!((loss / 5e8 - 1.0).abs() < 1e-6, "{loss}");
    }
}
