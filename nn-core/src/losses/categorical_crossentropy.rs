//! Categorical cross-entropy: the features of a position are the probabilities of classes, the target is one-hot.
//!
//! ```text
//! t' = (1 - s) · t + s/C                     s: label smoothing, C: classes
//! q = p / Σ p,  q' = clip(q, 1e-7, 1 - 1e-7)
//! L = -Σ t' · ln q'
//! h = -t' / q'  where q was not clipped, else 0
//! dL/dp = (h - Σ h · q) / Σ p
//!
//! from logits z, p = softmax(z):
//! L = Σ t' · (ln Σ exp(z) - z)
//! dL/dz = softmax(z) - t'
//! ```
//!
//! With several positions both are divided by their number. The second form is also used for an output that ends in
//! softmax, since it does not lose the gradient where `p` saturates; Keras does the same on TensorFlow. Its gradient is, as
//! there, the one for targets that sum to 1.
//!
//! Source: <https://keras.io/api/losses/probabilistic_losses/#categoricalcrossentropy-class>

use super::logits::{clip, log_sum_exp};
use crate::activations::Head;
use crate::losses::masked::masked_by_position;
use crate::losses::{Loss, LossOn};
use crate::scalar::Scalar;
use crate::tensor::Element;
use nalgebra::SMatrix;

/// Cross-entropy of one class out of several, with one-hot targets: `-Σ t · ln p`, the mean over positions
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CategoricalCrossentropy {
    /// Whether predictions are logits instead of probabilities; false by default.
    pub from_logits: bool,
    /// How far targets move towards `1 / classes`, from 0 (the default) to 1.
    pub label_smoothing: f64,
}

impl CategoricalCrossentropy {
    #[inline(always)]
    fn smooth<T: Scalar, const R: usize>(&self, t: T) -> T {
        T::of(1.0 - self.label_smoothing) * t + T::of(self.label_smoothing / R as f64)
    }

    fn logits_loss<T: Scalar + Element, const R: usize, const P: usize>(
        &self,
        targets: &SMatrix<T, R, P>,
        logits: &SMatrix<T, R, P>,
    ) -> T {
        let mut sum = T::ZERO;
        for (t, z) in targets.as_slice().chunks_exact(R).zip(logits.as_slice().chunks_exact(R)) {
            let log = log_sum_exp(z);
            for (&t, &z) in t.iter().zip(z) {
                sum += self.smooth::<T, R>(t) * (log - z);
            }
        }
        sum / T::of(P as f64)
    }

    fn logits_gradient<T: Scalar + Element, const R: usize, const P: usize>(
        &self,
        targets: &SMatrix<T, R, P>,
        logits: &SMatrix<T, R, P>,
        gradient: &mut SMatrix<T, R, P>,
    ) {
        // L = 1/P · Σ t' · (ln Σ exp(z) - z)
        let factor = T::of(1.0 / P as f64);
        let positions = targets.as_slice().chunks_exact(R).zip(logits.as_slice().chunks_exact(R));
        for ((t, z), g) in positions.zip(gradient.as_mut_slice().chunks_exact_mut(R)) {
            let log = log_sum_exp(z);
            for ((g, &t), &z) in g.iter_mut().zip(t).zip(z) {
                *g = factor * ((z - log).exp() - self.smooth::<T, R>(t));
            }
        }
    }
}

impl Loss for CategoricalCrossentropy {
    fn name(&self) -> &'static str {
        "categorical_crossentropy"
    }

    fn takes_logits(&self) -> Option<bool> {
        Some(self.from_logits)
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> LossOn<SMatrix<T, R, P>> for CategoricalCrossentropy {
    type Target = SMatrix<T, R, P>;

    masked_by_position!();

    fn loss(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>) -> T {
        if self.from_logits {
            return self.logits_loss(target, prediction);
        }
        let mut sum = T::ZERO;
        for (t, p) in target.as_slice().chunks_exact(R).zip(prediction.as_slice().chunks_exact(R)) {
            let total: T = p.iter().copied().sum();
            for (&t, &p) in t.iter().zip(p) {
                sum += self.smooth::<T, R>(t) * clip(p / total).0.ln();
            }
        }
        -sum / T::of(P as f64)
    }

    fn gradient(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, gradient: &mut SMatrix<T, R, P>) {
        if self.from_logits {
            return self.logits_gradient(target, prediction, gradient);
        }
        // L = -1/P · Σ t' · ln q' with q = p / Σ p, so dL/dp = (h - Σ h · q) / Σ p with h = dL/dq
        let positions = target.as_slice().chunks_exact(R).zip(prediction.as_slice().chunks_exact(R));
        for ((t, p), g) in positions.zip(gradient.as_mut_slice().chunks_exact_mut(R)) {
            let total: T = p.iter().copied().sum();
            let mut mean = T::ZERO;
            for ((g, &t), &p) in g.iter_mut().zip(t).zip(p) {
                let (q, inside) = clip(p / total);
                *g = if inside { -self.smooth::<T, R>(t) / q } else { T::ZERO };
                mean += *g * q;
            }
            let factor = T::ONE / (total * T::of(P as f64));
            for g in g {
                *g = factor * (*g - mean);
            }
        }
    }

    fn fused(
        &self,
        head: Head,
        target: &SMatrix<T, R, P>,
        logits: &SMatrix<T, R, P>,
        gradient: Option<&mut SMatrix<T, R, P>>,
    ) -> Option<T> {
        if head != Head::Softmax || self.from_logits {
            return None;
        }
        if let Some(gradient) = gradient {
            self.logits_gradient(target, logits, gradient);
        }
        Some(self.logits_loss(target, logits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::checks::{check_fused, check_loss, like_keras};

    type Sample = SMatrix<f64, 3, 2>;
    const SMOOTH: CategoricalCrossentropy = CategoricalCrossentropy { from_logits: false, label_smoothing: 0.25 };

    fn targets() -> Sample {
        Sample::from_column_slice(&[0., 1., 0., 1., 0., 0.])
    }

    // The first position does not sum to 1; the second is clipped.
    fn probabilities() -> Sample {
        Sample::from_column_slice(&[0.2, 0.3, 0.1, 0., 1., 0.])
    }

    fn logits() -> Sample {
        Sample::from_column_slice(&[1., 2., 0.5, -200., 300., 0.])
    }

    #[test]
    fn gradients() {
        let inside = Sample::from_column_slice(&[0.2, 0.3, 0.1, 0.3, 0.6, 0.2]);
        for loss in [CategoricalCrossentropy::default(), SMOOTH] {
            check_loss(&loss, &targets(), &inside);
            check_loss(&CategoricalCrossentropy { from_logits: true, ..loss }, &targets(), &logits());
            check_fused(&loss, Head::Softmax, &targets(), &logits());
        }
    }

    /// `keras.losses.CategoricalCrossentropy(label_smoothing=..)(targets, probabilities)` and its gradient, in float64.
    #[test]
    fn probabilities_as_in_keras() {
        let expected = [0.833333333333, -0.833333333333, 0.833333333333, 0., 0., 0.];
        like_keras(&CategoricalCrossentropy::default(), &targets(), &probabilities(), 8.405621415759132, &expected);
        let expected = [0.625, -0.555555555556, 0.416666666667, 0., 0., 0.];
        like_keras(&SMOOTH, &targets(), &probabilities(), 7.796703992668215, &expected);
    }

    /// `keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=..)(targets, logits)`; after a softmax the
    /// same.
    #[test]
    fn logits_as_in_keras() {
        let plain = [0.115611948811, -0.185734140394, 0.070122191583, -0.5, 0.5, 0.];
        let smooth =
            [0.0739452821444, -0.102400807061, 0.0284555249164, -0.416666666667, 0.458333333333, -0.0416666666667];
        for (loss, value, gradient) in
            [(CategoricalCrossentropy::default(), 250.23218439205397, plain), (SMOOTH, 221.169684392054, smooth)]
        {
            like_keras(&CategoricalCrossentropy { from_logits: true, ..loss }, &targets(), &logits(), value, &gradient);
            let mut fused = Sample::repeat(f64::NAN);
            let got = loss.fused(Head::Softmax, &targets(), &logits(), Some(&mut fused)).unwrap();
            assert!((got - value).abs() < 1e-9);
            assert!(fused.iter().zip(gradient).all(|(got, expected)| (got - expected).abs() < 1e-9), "{fused}");
        }
        // Targets that do not sum to 1: softmax(z) - t, although the exact gradient is Σ t · softmax(z) - t.
        like_keras(
            &CategoricalCrossentropy { from_logits: true, label_smoothing: 0.0 },
            &SMatrix::<f64, 3, 1>::new(0.5, 1., 0.),
            &SMatrix::<f64, 3, 1>::new(1., 2., 0.5),
            1.1965531761619173,
            &[-0.268776102378, -0.371468280788, 0.140244383166],
        );
    }

    #[test]
    fn only_a_softmax_is_fused() {
        let (loss, t, z) = (CategoricalCrossentropy::default(), targets(), logits());
        assert_eq!(loss.fused(Head::Sigmoid, &t, &z, None), None);
        assert_eq!(loss.fused(Head::Other, &t, &z, None), None);
        assert_eq!(CategoricalCrossentropy { from_logits: true, ..loss }.fused(Head::Softmax, &t, &z, None), None);
    }
}
