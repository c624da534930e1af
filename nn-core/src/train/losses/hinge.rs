//! Hinge: no loss if the prediction lies beyond 1 on the side of its label.
//!
//! ```text
//! t' = 2 · t - 1  if every label of the position is 0 or 1, else t
//! L = 1/n · Σ max(1 - t' · y, 0)
//! dL/dy = -1/n · t'        where 1 - t' · y ≥ 0, else 0
//! ```
//!
//! Labels are -1 and 1, or 0 and 1; `n` is the number of features of a position. Keras looks for labels other than 0
//! and 1 in the whole batch; the results differ only if a batch mixes both kinds. Source:
//! <https://keras.io/api/losses/hinge_losses/#hinge-class>

use super::mean::{at_least, mean, mean_slope};
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// `1/n · Σ max(1 - t · y, 0)` with labels -1 and 1 (or 0 and 1)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hinge;

/// Returns `t ↦ t'` as a factor and an offset: `(2, -1)` or `(1, 0)`.
pub(super) fn labels<T: Scalar>(targets: &[T]) -> (T, T) {
    if targets.iter().all(|&t| t == T::ZERO || t == T::ONE) { (T::of(2.0), -T::ONE) } else { (T::ONE, T::ZERO) }
}

impl Loss for Hinge {
    fn name(&self) -> &'static str {
        "hinge"
    }

    fn domain(&self) -> Domain {
        Domain::Sides
    }
}

impl<T: Scalar + Element> Position<T> for Hinge {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        let (factor, offset) = labels(t);
        mean(t, y, |t, y| at_least(T::ONE - (factor * t + offset) * y, T::ZERO))
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        let (factor, offset) = labels(t);
        mean_slope(t, y, slope, |t, y| {
            let t = factor * t + offset;
            if T::ONE - t * y >= T::ZERO { -t } else { T::ZERO }
        });
    }
}

on_positions!(Hinge: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 2, 3>;

    #[test]
    fn gradient() {
        let predictions = Sample::from_column_slice(&[0.2, -0.7, 3., -2., 1.5, 0.]);
        check_loss(&Hinge, &Sample::from_column_slice(&[0., 1., 1., 0., 0., 0.]), &predictions);
        check_loss(&Hinge, &Sample::from_column_slice(&[-1., 1., 1., -1., 0.5, 0.]), &predictions);
    }

    #[test]
    fn by_hand() {
        // `1 - t · y` is 1/2, 3, -1 and, at the kink, 0.
        let predictions = SMatrix::<f64, 2, 2>::from_column_slice(&[0.5, 2., -2., 1.]);
        for targets in [[1., 0., 0., 1.], [1., -1., -1., 1.]] {
            let targets = SMatrix::<f64, 2, 2>::from_column_slice(&targets);
            like_keras(&Hinge, &targets, &predictions, 0.875, &[-0.25, 0.25, 0., -0.25]);
        }
    }
}
