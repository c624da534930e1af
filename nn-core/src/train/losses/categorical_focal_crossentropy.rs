//! Categorical focal cross-entropy: a [categorical cross-entropy](crate::train::losses::CategoricalCrossentropy) in
//! which easy classes count for less.
//!
//! ```text
//! t' = (1 - s) · t + s/C                     s: label smoothing, C: classes
//! q = p / Σ p,  q' = clip(q, 1e-7, 1 - 1e-7)
//! L = -α · Σ (1 - q')^γ · t' · ln q'
//! h = α · t' · (γ · (1 - q')^(γ-1) · ln q' - (1 - q')^γ / q')  where q was not clipped, else 0
//! dL/dp = (h - Σ h · q) / Σ p
//!
//! from logits z, p = softmax(z):
//! dL/dz = p · (h - Σ h · p)
//! ```
//!
//! As in Keras, the probabilities are clipped in every case, even if they come from a softmax. α is one number for all
//! classes; Keras also accepts a list.
//!
//! Source: <https://keras.io/api/losses/probabilistic_losses/#categoricalfocalcrossentropy-class>

use super::logits::{LogSum, clip};
use super::position::{Position, on_positions};
use crate::activations::Head;
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// `-α · Σ (1 - p)^γ · t · ln p` with one-hot targets, the mean over positions
#[doc(alias = "categorical_focal_crossentropy")]
#[doc(alias = "FocalLoss")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategoricalFocalCrossentropy {
    /// The weight of all classes, above 0; 0.25 by default.
    pub alpha: f64,
    /// The focus γ: the larger it is, the less easy classes count. 2 by default; 0 gives α times the cross-entropy.
    pub gamma: f64,
    /// Whether predictions are logits instead of probabilities; false by default.
    pub from_logits: bool,
    /// The distance by which targets move towards `1 / classes`, from 0 (the default) to 1.
    pub label_smoothing: f64,
}

impl CategoricalFocalCrossentropy {
    /// Keras's defaults.
    pub const DEFAULT: Self =
        CategoricalFocalCrossentropy { alpha: 0.25, gamma: 2.0, from_logits: false, label_smoothing: 0.0 };
}

impl CategoricalFocalCrossentropy {
    #[inline(always)]
    fn smooth<T: Scalar>(&self, t: T, classes: usize) -> T {
        T::of(1.0 - self.label_smoothing) * t + T::of(self.label_smoothing / classes as f64)
    }

    /// Returns `x ↦ q` for the scalars `x` of a position: `exp(x - ln Σ exp(x))` or `x / Σ x`.
    #[inline(always)]
    fn probabilities<T: Scalar>(&self, position: &[T]) -> impl Fn(T) -> T + use<T> {
        let from_logits = self.from_logits;
        let log = from_logits.then(|| LogSum::of(position));
        let total: T = position.iter().copied().sum();
        move |x| log.map_or(x / total, |log| (-log.minus(x)).exp())
    }
}

impl Loss for CategoricalFocalCrossentropy {
    fn name(&self) -> &'static str {
        "categorical_focal_crossentropy"
    }

    fn takes_logits(&self) -> Option<bool> {
        Some(self.from_logits)
    }

    fn link(&self) -> Head {
        if self.from_logits { Head::Softmax } else { Head::Other }
    }

    fn domain(&self) -> Domain {
        Domain::Distribution
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("alpha", self.alpha, Allowed::POSITIVE));
        visit(Setting::new("gamma", self.gamma, Allowed::NOT_NEGATIVE));
        visit(Setting::new("label_smoothing", self.label_smoothing, Allowed::PART));
    }
}

impl<T: Scalar + Element> Position<T> for CategoricalFocalCrossentropy {
    type Target = T;

    fn value(&self, t: &[T], x: &[T]) -> T {
        let (gamma, probability) = (T::of(self.gamma), self.probabilities(x));
        let terms = t.iter().zip(x).map(|(&t, &p)| {
            let q = clip(probability(p)).0;
            (T::ONE - q).powf(gamma) * self.smooth(t, x.len()) * q.ln()
        });
        T::of(-self.alpha) * terms.sum::<T>()
    }

    fn slope(&self, t: &[T], x: &[T], slope: &mut [T]) {
        let (gamma, probability) = (T::of(self.gamma), self.probabilities(x));
        let mut mean = T::ZERO;
        for ((g, &t), &p) in slope.iter_mut().zip(t).zip(x) {
            let (q, inside) = clip(probability(p));
            let wrong = T::ONE - q;
            let h = gamma * wrong.powf(gamma - T::ONE) * q.ln() - wrong.powf(gamma) / q;
            *g = if inside { self.smooth(t, x.len()) * h } else { T::ZERO };
            mean += *g * q;
        }
        let total: T = x.iter().copied().sum();
        for (g, &x) in slope.iter_mut().zip(x) {
            // The factor 1 / Σ p in dq/dp is q in dq/dz.
            let inner = if self.from_logits { probability(x) } else { T::ONE / total };
            *g = T::of(self.alpha) * inner * (*g - mean);
        }
    }
}

on_positions!(CategoricalFocalCrossentropy: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::CategoricalCrossentropy;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 3, 2>;

    fn targets() -> Sample {
        Sample::from_column_slice(&[0., 1., 0., 1., 0., 0.])
    }

    #[test]
    fn gradients() {
        let probabilities = Sample::from_column_slice(&[0.2, 0.3, 0.1, 0.3, 0.6, 0.2]);
        let logits = Sample::from_column_slice(&[1., 2., 0.5, -3., 2., 0.]);
        let plain = CategoricalFocalCrossentropy::default();
        for loss in [plain, CategoricalFocalCrossentropy { gamma: 0.5, alpha: 0.75, label_smoothing: 0.25, ..plain }] {
            check_loss(&loss, &targets(), &probabilities);
            check_loss(&CategoricalFocalCrossentropy { from_logits: true, ..loss }, &targets(), &logits);
        }
    }

    /// `1/4 · (1/2)² · ln 2`
    #[test]
    fn by_hand() {
        let targets = SMatrix::<f64, 2, 1>::new(0., 1.);
        let h = 0.25 * (0.5f64.ln() - 0.5);
        let loss = CategoricalFocalCrossentropy::default();
        let value = 2f64.ln() / 16.0;
        like_keras(&loss, &targets, &SMatrix::<f64, 2, 1>::new(0.5, 0.5), value, &[-h / 2.0, h / 2.0]);
        let loss = CategoricalFocalCrossentropy { from_logits: true, ..loss };
        like_keras(&loss, &targets, &SMatrix::<f64, 2, 1>::new(3., 3.), value, &[-h / 4.0, h / 4.0]);
    }

    #[test]
    fn without_gamma_it_is_the_cross_entropy() {
        let loss = CategoricalFocalCrossentropy { gamma: 0.0, alpha: 1.0, ..Default::default() };
        let plain = CategoricalCrossentropy::default();
        let probabilities = Sample::from_column_slice(&[0.2, 0.3, 0.1, 0., 1., 0.]);
        let mut expected = Sample::repeat(f64::NAN);
        plain.gradient(&targets(), &probabilities, &mut expected);
        let value = plain.loss(&targets(), &probabilities);
        like_keras(&loss, &targets(), &probabilities, value, expected.as_slice());
    }

    #[test]
    fn the_ends_of_f32_are_finite() {
        let ends = SMatrix::<f32, 2, 2>::new(0., 1., 1., 0.);
        let wrong = SMatrix::<f32, 2, 2>::new(1., 0., 0., 1.);
        for gamma in [0.0, 0.5, 1.0, 2.0] {
            for from_logits in [false, true] {
                let loss = CategoricalFocalCrossentropy { gamma, from_logits, ..Default::default() };
                let at = if from_logits { ends * 400.0 } else { ends };
                for target in [ends, wrong] {
                    let mut gradient = SMatrix::repeat(f32::NAN);
                    loss.gradient(&target, &at, &mut gradient);
                    assert!(gradient.iter().all(|g| g.is_finite()) && loss.loss(&target, &at).is_finite(), "{loss:?}");
                }
            }
        }
    }
}
