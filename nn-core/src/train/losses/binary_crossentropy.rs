//! Binary cross-entropy: every scalar is the probability of a label.
//!
//! ```text
//! t' = (1 - s) · t + s/2                     s: label smoothing
//! p' = clip(p, 1e-7, 1 - 1e-7)
//! L = -1/n · Σ t' · ln p' + (1 - t') · ln(1 - p')
//! dL/dp = 1/n · ((1 - t') / (1 - p') - t' / p')  where p was not clipped, else 0
//!
//! from logits z, p = σ(z):
//! L = 1/n · Σ t' · softplus(-z) + (1 - t') · softplus(z)
//! dL/dz = 1/n · (σ(z) - t')
//! ```
//!
//! `n` is the number of features of a position. An output that ends in sigmoid also uses the second form, because it
//! keeps the gradient where `p` saturates. Keras does the same on TensorFlow.
//!
//! Source: <https://keras.io/api/losses/probabilistic_losses/#binarycrossentropy-class>

use super::logits::{binary, binary_slope, clip};
use super::mean::{mean, mean_slope};
use super::position::{Position, on_positions};
use crate::activations::Head;
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// Cross-entropy of independent labels: `-(t · ln p + (1 - t) · ln(1 - p))`, the mean over all scalars
#[doc(alias = "binary_crossentropy")]
#[doc(alias = "crossentropy")]
#[doc(alias = "BCELoss")]
#[doc(alias = "BCEWithLogitsLoss")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossentropy {
    /// Whether predictions are logits instead of probabilities; false by default.
    pub from_logits: bool,
    /// The distance by which targets move towards 1/2, from 0 (the default) to 1.
    pub label_smoothing: f64,
}

impl BinaryCrossentropy {
    /// Keras's defaults.
    pub const DEFAULT: Self = BinaryCrossentropy { from_logits: false, label_smoothing: 0.0 };
}

impl BinaryCrossentropy {
    #[inline(always)]
    fn smooth<T: Scalar>(&self, t: T) -> T {
        T::of(1.0 - self.label_smoothing) * t + T::of(0.5 * self.label_smoothing)
    }
}

impl Loss for BinaryCrossentropy {
    fn name(&self) -> &'static str {
        "binary_crossentropy"
    }

    fn takes_logits(&self) -> Option<bool> {
        Some(self.from_logits)
    }

    fn link(&self) -> Head {
        if self.from_logits { Head::Sigmoid } else { Head::Other }
    }

    fn domain(&self) -> Domain {
        Domain::Probabilities
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("label_smoothing", self.label_smoothing, Allowed::PART));
    }
}

impl<T: Scalar + Element> Position<T> for BinaryCrossentropy {
    type Target = T;

    fn value(&self, t: &[T], x: &[T]) -> T {
        mean(t, x, |t, x| {
            let t = self.smooth(t);
            if self.from_logits {
                return binary(t, x);
            }
            let p = clip(x).0;
            -(t * p.ln() + (T::ONE - t) * (-p).ln_1p())
        })
    }

    fn slope(&self, t: &[T], x: &[T], slope: &mut [T]) {
        mean_slope(t, x, slope, |t, x| {
            let t = self.smooth(t);
            if self.from_logits {
                return binary_slope(t, x);
            }
            let (p, inside) = clip(x);
            if inside { (T::ONE - t) / (T::ONE - p) - t / p } else { T::ZERO }
        });
    }

    fn of_logits(&self, head: Head) -> Option<Self> {
        (head == Head::Sigmoid && !self.from_logits).then_some(BinaryCrossentropy { from_logits: true, ..*self })
    }
}

on_positions!(BinaryCrossentropy: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::{check_fused, check_loss, like_keras};

    type Sample = SMatrix<f64, 2, 3>;
    const SMOOTH: BinaryCrossentropy = BinaryCrossentropy { from_logits: false, label_smoothing: 0.25 };

    fn targets() -> Sample {
        Sample::from_column_slice(&[0., 1., 1., 0.5, 0., 0.])
    }

    // The last position is clipped on both sides.
    fn probabilities() -> Sample {
        Sample::from_column_slice(&[0.2, 0.7, 0.9, 0.4, 0., 1.])
    }

    fn logits() -> Sample {
        Sample::from_column_slice(&[-0.5, 2., 3., -1., -200., 150.])
    }

    #[test]
    fn gradients() {
        // The ends would be kinks for central differences.
        let inside = probabilities().map(|p| p.clamp(0.1, 0.9));
        for loss in [BinaryCrossentropy::default(), SMOOTH] {
            check_loss(&loss, &targets(), &inside);
            check_loss(&BinaryCrossentropy { from_logits: true, ..loss }, &targets(), &logits());
            check_fused(&loss, Head::Sigmoid, &targets(), &logits());
        }
    }

    /// `keras.losses.BinaryCrossentropy(label_smoothing=..)(targets, probabilities)` and its gradient, in float64.
    #[test]
    fn probabilities_as_in_keras() {
        let expected = [0.208333333333, -0.238095238095, -0.185185185185, -0.0694444444444, 0., 0.];
        like_keras(&BinaryCrossentropy::default(), &targets(), &probabilities(), 2.919472156702587, &expected);
        let expected = [0.078125, -0.138888888889, 0.0462962962963, -0.0694444444444, 0., 0.];
        like_keras(&SMOOTH, &targets(), &probabilities(), 3.0117808400008568, &expected);
    }

    /// `keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=..)(targets, logits)`; the same after a
    /// sigmoid.
    #[test]
    fn logits_as_in_keras() {
        let plain = [0.0629234447997, -0.0198671536704, -0.00790431219626, -0.038509763105, 0., 0.166666666667];
        let smooth =
            [0.0420901114664, 0.00096617966298, 0.0129290211371, -0.038509763105, -0.0208333333333, 0.145833333333];
        for (loss, value, gradient) in
            [(BinaryCrossentropy::default(), 25.243809005719175, plain), (SMOOTH, 26.400059005719175, smooth)]
        {
            like_keras(&BinaryCrossentropy { from_logits: true, ..loss }, &targets(), &logits(), value, &gradient);
            let mut fused = Sample::repeat(f64::NAN);
            let got = loss.fused(Head::Sigmoid, &targets(), &logits(), Some(&mut fused)).unwrap();
            assert!((got - value).abs() < 1e-9);
            assert!(fused.iter().zip(gradient).all(|(got, expected)| (got - expected).abs() < 1e-9), "{fused}");
        }
    }

    #[test]
    fn only_a_sigmoid_is_fused() {
        let (loss, t, z) = (BinaryCrossentropy::default(), targets(), logits());
        assert_eq!(loss.fused(Head::Softmax, &t, &z, None), None);
        assert_eq!(loss.fused(Head::Other, &t, &z, None), None);
        assert_eq!(BinaryCrossentropy { from_logits: true, ..loss }.fused(Head::Sigmoid, &t, &z, None), None);
    }

    #[test]
    fn the_ends_of_f32_are_finite() {
        let ends = SMatrix::<f32, 2, 2>::new(0., 1., 0., 1.);
        let wrong = SMatrix::<f32, 2, 2>::new(1., 0., 1., 0.);
        // -ln(1e-7), up to the rounding of 1 - 1e-7 to f32.
        let loss = BinaryCrossentropy::default().loss(&wrong, &ends);
        assert!((loss - 16.03).abs() < 0.1, "{loss}");
        assert!(BinaryCrossentropy::default().loss(&ends, &ends) < 1e-6);
        let mut gradient = ends;
        BinaryCrossentropy::default().gradient(&wrong, &ends, &mut gradient);
        assert_eq!(gradient.as_slice(), [0.0; 4]);
    }
}
