//! Log-cosh: nearly `e²/2` for small errors and `|e| - ln 2` for large ones; a Huber loss without a corner.
//!
//! ```text
//! e = y - t
//! L = 1/n · Σ ln cosh e
//! dL/dy = 1/n · tanh e
//! ```
//!
//! `n` is the number of scalars of a sample. Source: <https://keras.io/api/losses/regression_losses/#logcosh-class>

use super::mean::{mean, mean_gradient};
use crate::losses::masked::masked_by_position;
use crate::losses::{Loss, LossOn};
use crate::scalar::Scalar;
use crate::tensor::Element;
use nalgebra::SMatrix;

/// `1/n · Σ ln cosh(y - t)`
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogCosh;

impl Loss for LogCosh {
    fn name(&self) -> &'static str {
        "log_cosh"
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> LossOn<SMatrix<T, R, P>> for LogCosh {
    type Target = SMatrix<T, R, P>;

    masked_by_position!();

    fn loss(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>) -> T {
        mean(target.as_slice(), prediction.as_slice(), |t, y| {
            // cosh e = exp|e| · (1 + exp(-2|e|)) / 2: the exponential cannot overflow.
            let e = (y - t).abs();
            e + (T::of(-2.0) * e).exp().ln_1p() - T::of(core::f64::consts::LN_2)
        })
    }

    fn gradient(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, gradient: &mut SMatrix<T, R, P>) {
        // L = 1/n · Σ ln cosh(y - t)
        mean_gradient(target.as_slice(), prediction.as_slice(), gradient.as_mut_slice(), |t, y| (y - t).tanh());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 2, 3>;

    #[test]
    fn gradient() {
        let targets = Sample::from_column_slice(&[1.5, -1., 5., 1., 0., 3.]);
        check_loss(&LogCosh, &targets, &Sample::from_column_slice(&[1., 2., 3., -0.5, 0., 40.]));
    }

    /// `cosh(ln 2) = 5/4` and `tanh(ln 2) = 3/5`.
    #[test]
    fn by_hand() {
        let ln_2 = core::f64::consts::LN_2;
        let (targets, predictions) = (SMatrix::<f64, 2, 1>::new(0., 1.), SMatrix::<f64, 2, 1>::new(ln_2, 1. - ln_2));
        like_keras(&LogCosh, &targets, &predictions, 1.25f64.ln(), &[0.3, -0.3]);
    }

    #[test]
    fn large_errors() {
        let loss = LogCosh.loss(&SMatrix::<f32, 1, 1>::zeros(), &SMatrix::<f32, 1, 1>::new(-1e30));
        assert_eq!(loss, 1e30);
    }
}
