//! Binary focal cross-entropy: a [binary cross-entropy](crate::train::losses::BinaryCrossentropy) for rare labels, in
//! which easy labels count for less.
//!
//! ```text
//! t' = (1 - s) · t + s/2                           s: label smoothing
//! p' = clip(p, 1e-7, 1 - 1e-7)
//! b = -(t' · ln p' + (1 - t') · ln(1 - p'))
//! e = t' · (1 - p) + (1 - t') · p                  how wrong it is
//! w = α · t' + (1 - α) · (1 - t')                  with apply_class_balancing, else 1
//! L = 1/n · Σ w · e^γ · b
//! db/dp = (1 - t') / (1 - p') - t' / p'            where p was not clipped, else 0
//! dL/dp = 1/n · w · (γ · e^(γ-1) · (1 - 2 · t') · b + e^γ · db/dp)
//!
//! from logits z, p = σ(z):
//! b = t' · softplus(-z) + (1 - t') · softplus(z)
//! dL/dz = 1/n · w · (γ · e^(γ-1) · (1 - 2 · t') · p · (1 - p) · b + e^γ · (p - t'))
//! ```
//!
//! `n` is the number of features of a position. An output that ends in sigmoid also uses the second form, as in Keras
//! on TensorFlow inside `fit`. If `e` is 0 and γ < 1, its power has the derivative 0 here, although the formula has
//! infinity.
//!
//! Source: <https://keras.io/api/losses/probabilistic_losses/#binaryfocalcrossentropy-class>

use super::logits::{binary, binary_slope, clip};
use super::mean::{mean, mean_slope};
use super::position::{Position, on_positions};
use crate::activations::{Elementwise, Head, Sigmoid};
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// Binary cross-entropy times the error of the prediction to the power of γ
#[doc(alias = "binary_focal_crossentropy")]
#[doc(alias = "FocalLoss")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryFocalCrossentropy {
    /// Whether labels 1 count α and labels 0 count 1 - α; false by default.
    pub apply_class_balancing: bool,
    /// The weight of labels 1 in class balancing; 0.25 by default.
    pub alpha: f64,
    /// The focus γ: the larger it is, the less easy labels count. 2 by default; 0 gives the cross-entropy itself.
    pub gamma: f64,
    /// Whether predictions are logits instead of probabilities; false by default.
    pub from_logits: bool,
    /// The distance by which targets move towards 1/2, from 0 (the default) to 1.
    pub label_smoothing: f64,
}

impl BinaryFocalCrossentropy {
    /// Keras's defaults.
    pub const DEFAULT: Self = BinaryFocalCrossentropy {
        apply_class_balancing: false,
        alpha: 0.25,
        gamma: 2.0,
        from_logits: false,
        label_smoothing: 0.0,
    };
}

/// The terms of both formulas.
struct Terms<T> {
    /// `e`, and its derivative with respect to the prediction.
    e: (T, T),
    /// `b`, and its derivative.
    b: (T, T),
}

impl BinaryFocalCrossentropy {
    #[inline(always)]
    fn smooth<T: Scalar>(&self, t: T) -> T {
        T::of(1.0 - self.label_smoothing) * t + T::of(0.5 * self.label_smoothing)
    }

    /// Returns `w`.
    #[inline(always)]
    fn weight<T: Scalar>(&self, t: T) -> T {
        if self.apply_class_balancing { T::of(self.alpha) * t + T::of(1.0 - self.alpha) * (T::ONE - t) } else { T::ONE }
    }

    /// Returns `e^γ` and `γ · e^(γ-1)`.
    #[inline(always)]
    fn power<T: Scalar>(&self, e: T) -> (T, T) {
        let gamma = T::of(self.gamma);
        let endless = e == T::ZERO && self.gamma < 1.0;
        (e.powf(gamma), if endless { T::ZERO } else { gamma * e.powf(gamma - T::ONE) })
    }

    /// Returns the terms of one scalar, with `t` smoothed.
    #[inline(always)]
    fn terms<T: Scalar>(&self, t: T, x: T) -> Terms<T> {
        if self.from_logits {
            // 1 - σ(z) = σ(-z), without cancellation.
            let (p, q) = (Sigmoid.value(x), Sigmoid.value(-x));
            let e = t * q + (T::ONE - t) * p;
            return Terms { e: (e, (T::ONE - t - t) * p * q), b: (binary(t, x), binary_slope(t, x)) };
        }
        let (p, inside) = clip(x);
        let b = -(t * p.ln() + (T::ONE - t) * (-p).ln_1p());
        let db = if inside { (T::ONE - t) / (T::ONE - p) - t / p } else { T::ZERO };
        Terms { e: (t * (T::ONE - x) + (T::ONE - t) * x, T::ONE - t - t), b: (b, db) }
    }
}

impl Loss for BinaryFocalCrossentropy {
    fn name(&self) -> &'static str {
        "binary_focal_crossentropy"
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
        visit(Setting::new("alpha", self.alpha, Allowed::PART));
        visit(Setting::new("gamma", self.gamma, Allowed::NOT_NEGATIVE));
        visit(Setting::new("label_smoothing", self.label_smoothing, Allowed::PART));
    }
}

impl<T: Scalar + Element> Position<T> for BinaryFocalCrossentropy {
    type Target = T;

    fn value(&self, t: &[T], x: &[T]) -> T {
        mean(t, x, |t, x| {
            let t = self.smooth(t);
            let Terms { e, b } = self.terms(t, x);
            self.weight(t) * self.power(e.0).0 * b.0
        })
    }

    fn slope(&self, t: &[T], x: &[T], slope: &mut [T]) {
        mean_slope(t, x, slope, |t, x| {
            let t = self.smooth(t);
            let Terms { e, b } = self.terms(t, x);
            let (power, derivative) = self.power(e.0);
            self.weight(t) * (derivative * e.1 * b.0 + power * b.1)
        });
    }

    fn of_logits(&self, head: Head) -> Option<Self> {
        (head == Head::Sigmoid && !self.from_logits).then_some(BinaryFocalCrossentropy { from_logits: true, ..*self })
    }
}

on_positions!(BinaryFocalCrossentropy: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::BinaryCrossentropy;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::{check_fused, check_loss};

    type Sample = SMatrix<f64, 2, 3>;

    fn targets() -> Sample {
        Sample::from_column_slice(&[0., 1., 1., 0.5, 0., 0.])
    }

    fn probabilities() -> Sample {
        Sample::from_column_slice(&[0.2, 0.7, 0.9, 0.4, 0.125, 0.75])
    }

    fn logits() -> Sample {
        Sample::from_column_slice(&[-0.5, 2., 3., -1., -20., 15.])
    }

    const VARIANTS: [BinaryFocalCrossentropy; 4] = {
        let plain = BinaryFocalCrossentropy {
            apply_class_balancing: false,
            alpha: 0.25,
            gamma: 2.0,
            from_logits: false,
            label_smoothing: 0.0,
        };
        [
            plain,
            BinaryFocalCrossentropy { apply_class_balancing: true, ..plain },
            BinaryFocalCrossentropy { gamma: 0.5, label_smoothing: 0.25, ..plain },
            BinaryFocalCrossentropy { apply_class_balancing: true, alpha: 0.75, gamma: 3.0, ..plain },
        ]
    };

    #[test]
    fn gradients() {
        assert_eq!(VARIANTS[0], BinaryFocalCrossentropy::default());
        for loss in VARIANTS {
            check_loss(&loss, &targets(), &probabilities());
            check_loss(&BinaryFocalCrossentropy { from_logits: true, ..loss }, &targets(), &logits());
            check_fused(&loss, Head::Sigmoid, &targets(), &logits());
        }
    }

    /// `1/4 · (0.1² · -ln 0.9 + …)`
    #[test]
    fn by_hand() {
        let targets = SMatrix::<f64, 2, 1>::new(1., 0.);
        let predictions = SMatrix::<f64, 2, 1>::new(0.75, 0.5);
        let (first, second) = (-(0.75f64.ln()) / 16.0, 2f64.ln() / 4.0);
        let loss = BinaryFocalCrossentropy::default();
        assert!((loss.loss(&targets, &predictions) - (first + second) / 2.0).abs() < 1e-12);
        let balanced = BinaryFocalCrossentropy { apply_class_balancing: true, ..loss };
        assert!((balanced.loss(&targets, &predictions) - (0.25 * first + 0.75 * second) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn without_gamma_it_is_the_cross_entropy() {
        let loss = BinaryFocalCrossentropy { gamma: 0.0, ..Default::default() };
        let plain = BinaryCrossentropy::default();
        for predictions in [probabilities(), Sample::from_column_slice(&[0., 1., 0., 1., 0., 1.])] {
            let (mut got, mut expected) = (Sample::repeat(f64::NAN), Sample::repeat(f64::NAN));
            loss.gradient(&targets(), &predictions, &mut got);
            plain.gradient(&targets(), &predictions, &mut expected);
            assert!((got - expected).norm() < 1e-12, "{got}{expected}");
            let difference = loss.loss(&targets(), &predictions) - plain.loss(&targets(), &predictions);
            assert!(difference.abs() < 1e-12);
        }
    }

    #[test]
    fn only_a_sigmoid_is_fused() {
        let (loss, t, z) = (BinaryFocalCrossentropy::default(), targets(), logits());
        assert_eq!(loss.fused(Head::Softmax, &t, &z, None), None);
        assert_eq!(BinaryFocalCrossentropy { from_logits: true, ..loss }.fused(Head::Sigmoid, &t, &z, None), None);
    }

    #[test]
    fn the_ends_of_f32_are_finite() {
        let ends = SMatrix::<f32, 2, 2>::new(0., 1., 0., 1.);
        let wrong = SMatrix::<f32, 2, 2>::new(1., 0., 1., 0.);
        for gamma in [0.0, 0.5, 1.0, 2.0] {
            let loss = BinaryFocalCrossentropy { gamma, ..Default::default() };
            for (target, logits) in [(ends, false), (wrong, false), (ends, true), (wrong, true)] {
                let loss = BinaryFocalCrossentropy { from_logits: logits, ..loss };
                let at = if logits { (ends - SMatrix::repeat(0.5)) * 400.0 } else { ends };
                let mut gradient = SMatrix::repeat(f32::NAN);
                loss.gradient(&target, &at, &mut gradient);
                assert!(gradient.iter().all(|g| g.is_finite()) && loss.loss(&target, &at).is_finite(), "{loss:?}");
            }
        }
    }
}
