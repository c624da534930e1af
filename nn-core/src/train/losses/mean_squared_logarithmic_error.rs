//! Mean squared logarithmic error: the squared error of orders of magnitude, for targets that are not negative.
//!
//! ```text
//! l(x) = ln(1 + max(x, 1e-7))
//! L = 1/n · Σ (l(y) - l(t))²        l(y) - l(t) = ln(1 + (y - t) / (1 + t)) for y ≥ t: nothing is subtracted
//! dL/dy = 2/n · (l(y) - l(t)) / (1 + y)        where y was not raised to 1e-7, else 0
//! ```
//!
//! `n` is the number of features of a position. Source:
//! <https://keras.io/api/losses/regression_losses/#meansquaredlogarithmicerror-class>

use super::logits::EPSILON;
use super::mean::{at_least, mean, mean_slope};
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// `1/n · Σ (ln(1 + y) - ln(1 + t))²`
#[doc(alias = "mean_squared_logarithmic_error")]
#[doc(alias = "msle")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanSquaredLogarithmicError;

impl Loss for MeanSquaredLogarithmicError {
    fn name(&self) -> &'static str {
        "mean_squared_logarithmic_error"
    }

    fn domain(&self) -> Domain {
        Domain::NotNegative
    }
}

/// Returns `l(y) - l(t)`.
#[inline(always)]
fn difference<T: Scalar>(t: T, y: T) -> T {
    let (t, y) = (at_least(t, T::of(EPSILON)), at_least(y, T::of(EPSILON)));
    // The logarithm of 1 plus a number that is not negative.
    if y < t { -((t - y) / (T::ONE + y)).ln_1p() } else { ((y - t) / (T::ONE + t)).ln_1p() }
}

impl<T: Scalar + Element> Position<T> for MeanSquaredLogarithmicError {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        mean(t, y, |t, y| {
            let difference = difference(t, y);
            difference * difference
        })
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        mean_slope(t, y, slope, |t, y| {
            if y < T::of(EPSILON) { T::ZERO } else { T::of(2.0) * difference(t, y) / (T::ONE + y) }
        });
    }
}

on_positions!(MeanSquaredLogarithmicError: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 2, 3>;

    #[test]
    fn gradient() {
        let targets = Sample::from_column_slice(&[1.5, -1., 5., 1., 0., 3.]);
        let predictions = Sample::from_column_slice(&[1., 2., 3., -0.5, 0.5, 4.]);
        check_loss(&MeanSquaredLogarithmicError, &targets, &predictions);
    }

    /// With `1 + t = e` and `1 + y = 1`, and the other way round: the logarithms differ by 1 (and 1e-7).
    #[test]
    fn by_hand() {
        let e = core::f64::consts::E;
        let (targets, predictions) = (SMatrix::<f64, 2, 1>::new(e - 1., 0.), SMatrix::<f64, 2, 1>::new(-3., e - 1.));
        let difference = 1.0 - 1e-7f64.ln_1p();
        let value = difference * difference;
        like_keras(&MeanSquaredLogarithmicError, &targets, &predictions, value, &[0., difference / e]);
    }
}
