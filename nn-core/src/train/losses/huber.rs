//! Huber loss: squared for small errors, linear for large ones, so that outliers do not dominate.
//!
//! ```text
//! e = y - t
//! h(e) = 1/2 · e²              for |e| ≤ δ
//!        δ · |e| - 1/2 · δ²    for |e| > δ
//! L = 1/n · Σ h(e)
//! dL/dy = 1/n · clip(e, -δ, δ)
//! ```
//!
//! `n` is the number of features of a position. Source: <https://keras.io/api/losses/regression_losses/#huber-class>

use super::mean::{mean, mean_slope};
use super::position::{Position, on_positions};
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use nalgebra::SMatrix;

/// `1/2 · e²` up to an error of δ, linear beyond; the mean over all scalars
#[doc(alias = "HuberLoss")]
#[doc(alias = "SmoothL1Loss")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    /// The error above which the loss is linear; above 0, 1 by default.
    pub delta: f64,
}

impl Huber {
    /// Keras's defaults.
    pub const DEFAULT: Self = Huber { delta: 1.0 };
}

impl Loss for Huber {
    fn name(&self) -> &'static str {
        "huber_loss"
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("delta", self.delta, Allowed::POSITIVE));
    }
}

impl<T: Scalar + Element> Position<T> for Huber {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        let (delta, half) = (T::of(self.delta), T::of(0.5));
        mean(t, y, |t, y| {
            let e = y - t;
            if e.abs() <= delta { half * e * e } else { delta * e.abs() - half * delta * delta }
        })
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        let delta = T::of(self.delta);
        mean_slope(t, y, slope, |t, y| {
            let e = y - t;
            if e > delta {
                delta
            } else if e < -delta {
                -delta
            } else {
                e
            }
        });
    }
}

on_positions!(Huber: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 2, 3>;

    #[test]
    fn gradient() {
        let targets = Sample::from_column_slice(&[1.5, -1., 5., 1., 0., 3.]);
        let predictions = Sample::from_column_slice(&[1., 2., 3., -0.5, 0.25, 4.5]);
        for delta in [1.0, 0.375, 10.0] {
            check_loss(&Huber { delta }, &targets, &predictions);
        }
    }

    /// Errors of 1/2, -3, 0 and 2 with δ = 2: 1/8, 4, 0 and 2.
    #[test]
    fn by_hand() {
        let targets = SMatrix::<f64, 2, 2>::from_column_slice(&[1., 1., 5., 1.]);
        let predictions = SMatrix::<f64, 2, 2>::from_column_slice(&[1.5, -2., 5., 3.]);
        like_keras(&Huber { delta: 2.0 }, &targets, &predictions, 6.125 / 4.0, &[0.125, -0.5, 0., 0.5]);
    }
}
