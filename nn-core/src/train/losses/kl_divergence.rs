//! Kullback-Leibler divergence: the difference between the target's distribution and the distribution that the
//! features of a position predict.
//!
//! ```text
//! t' = clip(t, 1e-7, 1),  p' = clip(p, 1e-7, 1)
//! L = Σ t' · ln(t' / p')
//! dL/dp = -t' / p'        where p was not clipped, else 0
//! ```
//!
//! Source: <https://keras.io/api/losses/probabilistic_losses/#kldivergence-class>

use super::logits::EPSILON;
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// `Σ t · ln(t / p)`, the mean over positions: Keras's `KLDivergence`
#[doc(alias = "kl_divergence")]
#[doc(alias = "kld")]
#[doc(alias = "KLDivLoss")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KlDivergence;

/// Returns a clipped probability, and whether it was inside the range.
#[inline(always)]
fn clip<T: Scalar>(p: T) -> (T, bool) {
    if p < T::of(EPSILON) {
        (T::of(EPSILON), false)
    } else if p > T::ONE {
        (T::ONE, false)
    } else {
        (p, true)
    }
}

/// Returns `ln(t / p)`, to all digits even if they are nearly equal.
#[inline(always)]
fn log_ratio<T: Scalar>(t: T, p: T) -> T {
    // The logarithm of 1 plus a number that is not negative.
    if t < p { -((p - t) / t).ln_1p() } else { ((t - p) / p).ln_1p() }
}

impl Loss for KlDivergence {
    fn name(&self) -> &'static str {
        "kl_divergence"
    }

    fn domain(&self) -> Domain {
        Domain::Distribution
    }
}

impl<T: Scalar + Element> Position<T> for KlDivergence {
    type Target = T;

    fn value(&self, t: &[T], p: &[T]) -> T {
        t.iter().zip(p).map(|(&t, &p)| (clip(t).0, clip(p).0)).map(|(t, p)| t * log_ratio(t, p)).sum()
    }

    fn slope(&self, t: &[T], p: &[T], slope: &mut [T]) {
        for ((g, &t), &p) in slope.iter_mut().zip(t).zip(p) {
            let (p, inside) = clip(p);
            *g = if inside { -clip(t).0 / p } else { T::ZERO };
        }
    }
}

on_positions!(KlDivergence: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 3, 2>;

    #[test]
    fn gradient() {
        let targets = Sample::from_column_slice(&[0., 1., 0., 0.5, 0.25, 0.25]);
        // The clipped probabilities are far enough outside.
        check_loss(&KlDivergence, &targets, &Sample::from_column_slice(&[0.2, 0.3, 0.5, -0.1, 0.6, 1.5]));
    }

    /// `1/2 · ln 2 + 1/2 · ln(2/3)`, and a position that is right.
    #[test]
    fn by_hand() {
        let targets = SMatrix::<f64, 2, 2>::from_column_slice(&[0.5, 0.5, 0.25, 0.75]);
        let predictions = SMatrix::<f64, 2, 2>::from_column_slice(&[0.25, 0.75, 0.25, 0.75]);
        let value = (4f64 / 3.0).ln() / 4.0;
        like_keras(&KlDivergence, &targets, &predictions, value, &[-1., -1. / 3., -0.5, -0.5]);
    }

    #[test]
    fn the_ends_are_finite() {
        let (ends, wrong) = (SMatrix::<f32, 2, 1>::new(0., 1.), SMatrix::<f32, 2, 1>::new(1., 0.));
        let loss = KlDivergence.loss(&wrong, &ends);
        assert!((loss - 16.118_095).abs() < 1e-4, "{loss}");
        assert_eq!(KlDivergence.loss(&ends, &ends), 0.0);
    }
}
