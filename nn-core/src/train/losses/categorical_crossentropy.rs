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
//! L = Σ t' · (ln Σ exp(z) - z)               without the classes of t' = 0, whose z may be -∞
//! dL/dz = softmax(z) - t'
//! ```
//!
//! An output that ends in softmax also uses the second form, because it keeps the gradient where `p` saturates. Keras
//! does the same on TensorFlow. As there, the gradient assumes targets that sum to 1.
//!
//! Source: <https://keras.io/api/losses/probabilistic_losses/#categoricalcrossentropy-class>

use super::logits::{LogSum, clip, softmax};
use super::position::{Position, on_positions};
use crate::activations::Head;
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// Cross-entropy of one class out of several, with one-hot targets: `-Σ t · ln p`, the mean over positions
#[doc(alias = "categorical_crossentropy")]
#[doc(alias = "crossentropy")]
#[doc(alias = "CrossEntropyLoss")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategoricalCrossentropy {
    /// Whether predictions are logits instead of probabilities; false by default.
    pub from_logits: bool,
    /// The distance by which targets move towards `1 / classes`, from 0 (the default) to 1.
    pub label_smoothing: f64,
}

impl CategoricalCrossentropy {
    /// Keras's defaults.
    pub const DEFAULT: Self = CategoricalCrossentropy { from_logits: false, label_smoothing: 0.0 };
}

impl CategoricalCrossentropy {
    #[inline(always)]
    fn smooth<T: Scalar>(&self, t: T, classes: usize) -> T {
        T::of(1.0 - self.label_smoothing) * t + T::of(self.label_smoothing / classes as f64)
    }

    /// Returns the loss from logits.
    #[inline(always)]
    fn sum<T: Scalar>(&self, t: &[T], z: &[T], log: LogSum<T>) -> T {
        let classes = z.len();
        t.iter().zip(z).map(|(&t, &z)| weighted(self.smooth(t, classes), log.minus(z))).sum()
    }

    /// Turns `softmax(z)` into the gradient, and returns the loss.
    #[inline(always)]
    fn subtract<T: Scalar>(&self, t: &[T], z: &[T], log: LogSum<T>, slope: &mut [T]) -> T {
        for (i, (g, &t)) in slope.iter_mut().zip(t).enumerate() {
            let t = self.smooth(t, z.len());
            // For the leading class, p - t' is (1 - t') - (1 - p).
            *g = if i == log.first { (T::ONE - t) - log.others } else { *g - t };
        }
        self.sum(t, z, log)
    }
}

/// Returns `t · loss`, but 0 if `t` is 0, even if the loss is infinite.
#[inline(always)]
fn weighted<T: Scalar>(t: T, loss: T) -> T {
    if t == T::ZERO { T::ZERO } else { t * loss }
}

impl Loss for CategoricalCrossentropy {
    fn name(&self) -> &'static str {
        "categorical_crossentropy"
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
        visit(Setting::new("label_smoothing", self.label_smoothing, Allowed::PART));
    }
}

impl<T: Scalar + Element> Position<T> for CategoricalCrossentropy {
    type Target = T;

    fn value(&self, t: &[T], x: &[T]) -> T {
        let smooth = |t| self.smooth(t, x.len());
        if self.from_logits {
            return self.sum(t, x, LogSum::of(x));
        }
        let total: T = x.iter().copied().sum();
        -t.iter().zip(x).map(|(&t, &p)| smooth(t) * clip(p / total).0.ln()).sum::<T>()
    }

    fn slope(&self, t: &[T], x: &[T], slope: &mut [T]) {
        let smooth = |t| self.smooth(t, x.len());
        if self.from_logits {
            self.value_and_slope(t, x, slope);
            return;
        }
        // L = -Σ t' · ln q' with q = p / Σ p, so dL/dp = (h - Σ h · q) / Σ p with h = dL/dq
        let total: T = x.iter().copied().sum();
        let mut mean = T::ZERO;
        for ((g, &t), &p) in slope.iter_mut().zip(t).zip(x) {
            let (q, inside) = clip(p / total);
            *g = if inside { -smooth(t) / q } else { T::ZERO };
            mean += *g * q;
        }
        for g in slope {
            *g = (*g - mean) / total;
        }
    }

    fn value_and_slope(&self, t: &[T], x: &[T], slope: &mut [T]) -> T {
        if !self.from_logits {
            self.slope(t, x, slope);
            return self.value(t, x);
        }
        let log = softmax(x, slope);
        self.subtract(t, x, log, slope)
    }

    fn value_with(&self, t: &[T], output: &[T], logits: &[T]) -> T {
        self.sum(t, logits, LogSum::with(output, logits))
    }

    fn value_and_slope_with(&self, t: &[T], output: &[T], logits: &[T], slope: &mut [T]) -> T {
        slope.copy_from_slice(output);
        self.subtract(t, logits, LogSum::with(output, logits), slope)
    }

    fn of_logits(&self, head: Head) -> Option<Self> {
        (head == Head::Softmax && !self.from_logits).then_some(CategoricalCrossentropy { from_logits: true, ..*self })
    }
}

on_positions!(CategoricalCrossentropy: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::{check_fused, check_loss, like_keras};

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

    /// `keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=..)(targets, logits)`; the same after a
    /// softmax.
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
