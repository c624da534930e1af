//! Sparse categorical cross-entropy: the features of a position are the probabilities of classes, the target is the
//! index of one class.
//!
//! ```text
//! p' = clip(p, 1e-7, 1 - 1e-7)
//! L = ln Σ p' - ln p'[t] = ln(1 + Σ p'[i ≠ t] / p'[t])
//! dL/dp[i] = 1 / Σ p' - (i = t) / p'[i]  where p[i] was not clipped, else 0
//!
//! from logits z, p = softmax(z):
//! L = ln Σ exp(z) - z[t]
//! dL/dz[i] = softmax(z)[i] - (i = t)
//! ```
//!
//! The term `Σ p'` exists because Keras on TensorFlow passes `ln p'` to its softmax cross-entropy as logits. For
//! probabilities that sum to 1 it changes only the rounding. An output that ends in softmax also uses the second form.
//! A class that does not exist makes the loss NaN; `check` finds it first.
//!
//! Source: <https://keras.io/api/losses/probabilistic_losses/#sparsecategoricalcrossentropy-class>

use super::logits::{LogSum, clip, softmax};
use super::position::{Position, on_positions};
use crate::activations::Head;
use crate::spec::text::Text;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use nalgebra::SMatrix;

/// Cross-entropy of one class out of several, with indices as targets: `-ln p[t]`, the mean over positions
#[doc(alias = "sparse_categorical_crossentropy")]
#[doc(alias = "crossentropy")]
#[doc(alias = "CrossEntropyLoss")]
#[doc(alias = "NLLLoss")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SparseCategoricalCrossentropy {
    /// Whether predictions are logits instead of probabilities; false by default.
    pub from_logits: bool,
}

impl SparseCategoricalCrossentropy {
    /// Keras's defaults.
    pub const DEFAULT: Self = SparseCategoricalCrossentropy { from_logits: false };
}

/// Returns scalar `class` of a position, or NaN.
#[inline(always)]
fn at<T: Scalar>(position: &[T], class: u32) -> T {
    position.get(class as usize).copied().unwrap_or(T::of(f64::NAN))
}

/// Returns `Σ p'[i ≠ t]`.
#[inline(always)]
fn others<T: Scalar>(position: &[T], class: u32) -> T {
    position.iter().enumerate().map(|(i, &p)| if i == class as usize { T::ZERO } else { clip(p).0 }).sum()
}

/// Turns `softmax(z)` into the gradient.
#[inline(always)]
fn subtract<T: Scalar>(log: LogSum<T>, class: u32, slope: &mut [T]) {
    if let Some(slope) = slope.get_mut(class as usize) {
        // For a leading class, p - 1 is minus the probability of the others.
        *slope = if class as usize == log.first { -log.others } else { *slope - T::ONE };
    }
}

impl Loss for SparseCategoricalCrossentropy {
    fn name(&self) -> &'static str {
        "sparse_categorical_crossentropy"
    }

    fn takes_logits(&self) -> Option<bool> {
        Some(self.from_logits)
    }

    fn link(&self) -> Head {
        if self.from_logits { Head::Softmax } else { Head::Other }
    }
}

impl<T: Scalar> Position<T> for SparseCategoricalCrossentropy {
    type Target = u32;

    fn value(&self, t: &[u32], x: &[T]) -> T {
        if self.from_logits {
            return LogSum::of(x).minus(at(x, t[0]));
        }
        (others(x, t[0]) / clip(at(x, t[0])).0).ln_1p()
    }

    fn slope(&self, t: &[u32], x: &[T], slope: &mut [T]) {
        let class = t[0] as usize;
        if self.from_logits {
            self.value_and_slope(t, x, slope);
            return;
        }
        let others = others(x, t[0]);
        let total = others + clip(at(x, t[0])).0;
        for (i, (g, &p)) in slope.iter_mut().zip(x).enumerate() {
            let (p, inside) = clip(p);
            // 1 / Σ p' - 1 / p' is (p' - Σ p') / (p' · Σ p').
            let slope = if i == class { -others / p } else { T::ONE };
            *g = if inside { slope / total } else { T::ZERO };
        }
    }

    fn value_and_slope(&self, t: &[u32], x: &[T], slope: &mut [T]) -> T {
        if !self.from_logits {
            self.slope(t, x, slope);
            return self.value(t, x);
        }
        let log = softmax(x, slope);
        subtract(log, t[0], slope);
        log.minus(at(x, t[0]))
    }

    fn value_with(&self, t: &[u32], output: &[T], logits: &[T]) -> T {
        LogSum::with(output, logits).minus(at(logits, t[0]))
    }

    fn value_and_slope_with(&self, t: &[u32], output: &[T], logits: &[T], slope: &mut [T]) -> T {
        let log = LogSum::with(output, logits);
        slope.copy_from_slice(output);
        subtract(log, t[0], slope);
        log.minus(at(logits, t[0]))
    }

    fn of_logits(&self, head: Head) -> Option<Self> {
        (head == Head::Softmax && !self.from_logits).then_some(SparseCategoricalCrossentropy { from_logits: true })
    }

    fn check_targets(&self, classes: &[u32], features: usize) -> Result<(), Text<96>> {
        match classes.iter().find(|&&class| class as usize >= features) {
            None => Ok(()),
            Some(&class) => {
                Err(Text::new().str("a class below ").size(features).str(", but got ").size(class as usize))
            }
        }
    }
}

on_positions!(SparseCategoricalCrossentropy: SMatrix<u32, 1, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::{check_fused, check_loss, like_keras};

    type Sample = SMatrix<f64, 3, 2>;
    const PLAIN: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy { from_logits: false };
    const LOGITS: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy { from_logits: true };
    const TARGETS: SMatrix<u32, 1, 2> = SMatrix::<u32, 1, 2>::new(1, 0);

    fn logits() -> Sample {
        Sample::from_column_slice(&[1., 2., 0.5, -200., 300., 0.])
    }

    #[test]
    fn gradients() {
        check_loss(&PLAIN, &TARGETS, &Sample::from_column_slice(&[0.2, 0.3, 0.1, 0.3, 0.6, 0.2]));
        check_loss(&LOGITS, &TARGETS, &logits());
        check_fused(&PLAIN, Head::Softmax, &TARGETS, &logits());
    }

    /// `keras.losses.SparseCategoricalCrossentropy()(targets, probabilities)` and its gradient, in float64. The first
    /// position does not sum to 1; the second is clipped.
    #[test]
    fn probabilities_as_in_keras() {
        let probabilities = Sample::from_column_slice(&[0.2, 0.3, 0.1, 0., 1., 0.]);
        let expected = [0.833333333333, -0.833333333333, 0.833333333333, 0., 0., 0.];
        like_keras(&PLAIN, &TARGETS, &probabilities, 8.405621465759129, &expected);
    }

    /// `keras.losses.SparseCategoricalCrossentropy(from_logits=True)(targets, logits)`; the same after a softmax.
    #[test]
    fn logits_as_in_keras() {
        let expected = [0.115611948811, -0.185734140394, 0.070122191583, -0.5, 0.5, 0.];
        like_keras(&LOGITS, &TARGETS, &logits(), 250.23218439205397, &expected);
        let fused = PLAIN.fused(Head::Softmax, &TARGETS, &logits(), None).unwrap();
        assert!((fused - 250.23218439205397).abs() < 1e-9);
        assert_eq!(LOGITS.fused(Head::Softmax, &TARGETS, &logits(), None), None);
        assert_eq!(PLAIN.fused(Head::Sigmoid, &TARGETS, &logits(), None), None);
    }

    #[test]
    fn a_class_that_does_not_exist() {
        let targets = SMatrix::<u32, 1, 2>::new(1, 10);
        let predictions = SMatrix::<f32, 10, 2>::repeat(0.1);
        assert_eq!(
            LossOn::<SMatrix<f32, 10, 2>>::check(&PLAIN, &targets).unwrap_err().as_str(),
            "a class below 10, but got 10"
        );
        assert!(LossOn::<SMatrix<f32, 11, 2>>::check(&PLAIN, &targets).is_ok());
        for loss in [PLAIN, LOGITS] {
            assert!(loss.loss(&targets, &predictions).is_nan());
            loss.gradient(&targets, &predictions, &mut predictions.clone_owned());
        }
    }
}
