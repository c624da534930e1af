//! Poisson loss: predictions are expected numbers of events, targets are counts.
//!
//! ```text
//! L = 1/n · Σ y - t · ln(y + 1e-7)
//! dL/dy = 1/n · (1 - t / (y + 1e-7))
//! ```
//!
//! It is the negative logarithm of the Poisson probability without the term that does not depend on `y`, so it can be
//! negative. `n` is the number of features of a position. A negative prediction makes it NaN: let the output end in
//! `softplus`, `exponential` or `relu`. Source: <https://keras.io/api/losses/probabilistic_losses/#poisson-class>

use super::logits::EPSILON;
use super::mean::{mean, mean_slope};
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// `1/n · Σ y - t · ln y`
#[doc(alias = "PoissonNLLLoss")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poisson;

impl Loss for Poisson {
    fn name(&self) -> &'static str {
        "poisson"
    }

    fn domain(&self) -> Domain {
        Domain::NotNegative
    }
}

impl<T: Scalar + Element> Position<T> for Poisson {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        mean(t, y, |t, y| y - t * (y + T::of(EPSILON)).ln())
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        mean_slope(t, y, slope, |t, y| {
            let q = t / (y + T::of(EPSILON));
            // 1 - q would lose its digits for a prediction near the target.
            if q > T::of(0.5) && q < T::of(2.0) { (y - t + T::of(EPSILON)) / (y + T::of(EPSILON)) } else { T::ONE - q }
        });
    }
}

on_positions!(Poisson: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::check_loss;

    type Sample = SMatrix<f64, 2, 3>;

    #[test]
    fn gradient() {
        let targets = Sample::from_column_slice(&[1., 0., 5., 1., 0.5, 3.]);
        check_loss(&Poisson, &targets, &Sample::from_column_slice(&[1., 2., 3., 0.5, 0.25, 40.]));
    }

    #[test]
    fn by_hand() {
        let (targets, predictions) = (SMatrix::<f64, 2, 1>::new(2., 3.), SMatrix::<f64, 2, 1>::new(1., 4.));
        let expected = (5.0 - 3.0 * 4f64.ln()) / 2.0;
        assert!((Poisson.loss(&targets, &predictions) - expected).abs() < 1e-6);
        let mut gradient = predictions;
        Poisson.gradient(&targets, &predictions, &mut gradient);
        assert!((gradient - SMatrix::<f64, 2, 1>::new(-0.5, 0.125)).norm() < 1e-6);
    }

    #[test]
    fn a_prediction_of_zero_is_finite() {
        let (target, prediction) = (SMatrix::<f32, 1, 1>::new(2.), SMatrix::<f32, 1, 1>::zeros());
        assert!((Poisson.loss(&target, &prediction) + 2.0 * 1e-7f32.ln()).abs() < 1e-5);
    }
}
