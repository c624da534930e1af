//! Squared hinge: a [`Hinge`](crate::train::losses::Hinge) without a corner.
//!
//! ```text
//! t' = 2 · t - 1  if every label of the position is 0 or 1, else t
//! L = 1/n · Σ max(1 - t' · y, 0)²
//! dL/dy = -2/n · t' · max(1 - t' · y, 0)
//! ```
//!
//! Labels are -1 and 1, or 0 and 1, as for [`Hinge`](crate::train::losses::Hinge); `n` is the number of features of a
//! position. Source: <https://keras.io/api/losses/hinge_losses/#squaredhinge-class>

use super::hinge::labels;
use super::mean::{at_least, mean, mean_slope};
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// `1/n · Σ max(1 - t · y, 0)²` with labels -1 and 1 (or 0 and 1)
#[doc(alias = "squared_hinge")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SquaredHinge;

impl Loss for SquaredHinge {
    fn name(&self) -> &'static str {
        "squared_hinge"
    }

    fn domain(&self) -> Domain {
        Domain::Sides
    }
}

impl<T: Scalar + Element> Position<T> for SquaredHinge {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        let (factor, offset) = labels(t);
        mean(t, y, |t, y| {
            let missing = at_least(T::ONE - (factor * t + offset) * y, T::ZERO);
            missing * missing
        })
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        let (factor, offset) = labels(t);
        mean_slope(t, y, slope, |t, y| {
            let t = factor * t + offset;
            T::of(-2.0) * t * at_least(T::ONE - t * y, T::ZERO)
        });
    }
}

on_positions!(SquaredHinge: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 2, 3>;

    #[test]
    fn gradient() {
        let predictions = Sample::from_column_slice(&[0.2, -0.7, 3., -2., 1.5, 0.]);
        check_loss(&SquaredHinge, &Sample::from_column_slice(&[0., 1., 1., 0., 0., 0.]), &predictions);
        check_loss(&SquaredHinge, &Sample::from_column_slice(&[-1., 1., 1., -1., 0.5, 0.]), &predictions);
    }

    #[test]
    fn by_hand() {
        // `1 - t · y` is 1/2, 3, -1 and 0.
        let predictions = SMatrix::<f64, 2, 2>::from_column_slice(&[0.5, 2., -2., 1.]);
        for targets in [[1., 0., 0., 1.], [1., -1., -1., 1.]] {
            let targets = SMatrix::<f64, 2, 2>::from_column_slice(&targets);
            like_keras(&SquaredHinge, &targets, &predictions, 9.25 / 4.0, &[-0.25, 1.5, 0., 0.]);
        }
    }
}
