//! Log-cosh: nearly `e²/2` for small errors and `|e| - ln 2` for large ones; a Huber loss without a corner.
//!
//! ```text
//! e = y - t
//! L = 1/n · Σ ln cosh e        = 1/2 · ln(1 + sinh² e) for |e| < 1, and |e| + ln(1 + exp(-2|e|)) - ln 2 otherwise
//! dL/dy = 1/n · tanh e
//! ```
//!
//! The second form, used by Keras, loses all digits of small errors: in `f32` it is 0 or negative below 1e-4.
//!
//! `n` is the number of features of a position. Source: <https://keras.io/api/losses/regression_losses/#logcosh-class>

use super::mean::{mean, mean_slope};
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use nalgebra::SMatrix;

/// `1/n · Σ ln cosh(y - t)`
#[doc(alias = "log_cosh")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogCosh;

impl Loss for LogCosh {
    fn name(&self) -> &'static str {
        "log_cosh"
    }
}

impl<T: Scalar + Element> Position<T> for LogCosh {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        mean(t, y, |t, y| {
            let e = (y - t).abs();
            if e < T::ONE {
                // cosh² e = 1 + sinh² e, without a subtraction.
                let sinh = e.sinh();
                return T::of(0.5) * (sinh * sinh).ln_1p();
            }
            // cosh e = exp|e| · (1 + exp(-2|e|)) / 2: the exponential cannot overflow.
            e + (T::of(-2.0) * e).exp().ln_1p() - T::of(core::f64::consts::LN_2)
        })
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        mean_slope(t, y, slope, |t, y| (y - t).tanh());
    }
}

on_positions!(LogCosh: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::{check_loss, like_keras};

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
