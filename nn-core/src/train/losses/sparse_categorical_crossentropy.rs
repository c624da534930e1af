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
//!
//! with label smoothing s, C classes: every `(i = t)` becomes t' = (1 - s) · (i = t) + s/C, and
//! L = Σ t'[i] · (ln Σ p' - ln p'[i])
//! ```
//!
//! Positions whose label is `ignore_class` are left out, as if they were masked: the mean is over the others.
//!
//! The term `Σ p'` exists because Keras on TensorFlow passes `ln p'` to its softmax cross-entropy as logits. For
//! probabilities that sum to 1 it changes only the rounding. An output that ends in softmax also uses the second form.
//! A class that does not exist makes the loss NaN; `check` finds it first.
//!
//! Source: <https://keras.io/api/losses/probabilistic_losses/#sparsecategoricalcrossentropy-class>

use super::logits::{LogSum, clip, softmax};
use super::position::{Position, on_positions};
use crate::activations::Head;
use crate::spec::settings::{Allowed, Setting};
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
    /// The class of positions that are left out; none by default. It may be larger than any class, such as 255 or
    /// `u32::MAX` (Keras's -1).
    pub ignore_class: Option<u32>,
    /// The distance by which targets move towards `1 / classes`, from 0 (the default) to 1. PyTorch's setting of this
    /// name; Keras has it for one-hot targets only.
    pub label_smoothing: f64,
}

impl SparseCategoricalCrossentropy {
    /// Keras's defaults.
    pub const DEFAULT: Self =
        SparseCategoricalCrossentropy { from_logits: false, ignore_class: None, label_smoothing: 0.0 };

    /// Returns the smooth target of class `i`, out of `classes`.
    #[inline(always)]
    fn target<T: Scalar>(&self, i: usize, class: u32, classes: usize) -> T {
        let own = if i == class as usize { 1.0 - self.label_smoothing } else { 0.0 };
        T::of(own + self.label_smoothing / classes as f64)
    }

    /// Returns the loss from that of the class, and from `of` for each class.
    #[inline(always)]
    fn smooth<T: Scalar>(&self, own: T, x: &[T], of: impl Fn(T) -> T) -> T {
        if self.label_smoothing == 0.0 {
            return own;
        }
        let sum: T = x.iter().map(|&x| of(x)).sum();
        T::of(1.0 - self.label_smoothing) * own + T::of(self.label_smoothing / x.len() as f64) * sum
    }

    /// Returns the loss from logits.
    #[inline(always)]
    fn of_sum<T: Scalar>(&self, log: LogSum<T>, class: u32, logits: &[T]) -> T {
        self.smooth(log.minus(at(logits, class)), logits, |z| log.minus(z))
    }

    /// Turns `softmax(z)` into the gradient.
    #[inline(always)]
    fn subtract<T: Scalar>(&self, log: LogSum<T>, class: u32, slope: &mut [T]) {
        if self.label_smoothing == 0.0 {
            return subtract(log, class, slope);
        }
        let classes = slope.len();
        for (i, slope) in slope.iter_mut().enumerate() {
            let t = self.target::<T>(i, class, classes);
            // For the leading class, p - t' is (1 - t') - (1 - p).
            *slope = if i == log.first { (T::ONE - t) - log.others } else { *slope - t };
        }
    }
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

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("label_smoothing", self.label_smoothing, Allowed::PART));
    }
}

impl<T: Scalar> Position<T> for SparseCategoricalCrossentropy {
    type Target = u32;

    fn value(&self, t: &[u32], x: &[T]) -> T {
        if self.from_logits {
            return self.of_sum(LogSum::of(x), t[0], x);
        }
        let (others, p) = (others(x, t[0]), clip(at(x, t[0])).0);
        self.smooth((others / p).ln_1p(), x, |x| ((others + p) / clip(x).0).ln())
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
            let slope = match self.label_smoothing == 0.0 {
                true if i == class => -others / p,
                true => T::ONE,
                false => T::ONE - self.target::<T>(i, t[0], x.len()) * (total / p),
            };
            *g = if inside { slope / total } else { T::ZERO };
        }
    }

    fn value_and_slope(&self, t: &[u32], x: &[T], slope: &mut [T]) -> T {
        if !self.from_logits {
            self.slope(t, x, slope);
            return self.value(t, x);
        }
        let log = softmax(x, slope);
        self.subtract(log, t[0], slope);
        self.of_sum(log, t[0], x)
    }

    fn value_with(&self, t: &[u32], output: &[T], logits: &[T]) -> T {
        self.of_sum(LogSum::with(output, logits), t[0], logits)
    }

    fn value_and_slope_with(&self, t: &[u32], output: &[T], logits: &[T], slope: &mut [T]) -> T {
        let log = LogSum::with(output, logits);
        slope.copy_from_slice(output);
        self.subtract(log, t[0], slope);
        self.of_sum(log, t[0], logits)
    }

    fn of_logits(&self, head: Head) -> Option<Self> {
        (head == Head::Softmax && !self.from_logits)
            .then_some(SparseCategoricalCrossentropy { from_logits: true, ..*self })
    }

    #[inline(always)]
    fn may_ignore(&self) -> bool {
        self.ignore_class.is_some()
    }

    fn ignores(&self, label: &[u32]) -> bool {
        self.ignore_class.is_some() && label.first().copied() == self.ignore_class
    }

    fn check_targets(&self, classes: &[u32], features: usize) -> Result<(), Text<96>> {
        let wrong = |class: &&u32| **class as usize >= features && Some(**class) != self.ignore_class;
        match classes.iter().find(wrong) {
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
    const PLAIN: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy::DEFAULT;
    const LOGITS: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy { from_logits: true, ..PLAIN };
    const TARGETS: SMatrix<u32, 1, 2> = SMatrix::<u32, 1, 2>::new(1, 0);

    fn logits() -> Sample {
        Sample::from_column_slice(&[1., 2., 0.5, -200., 300., 0.])
    }

    #[test]
    fn gradients() {
        check_loss(&PLAIN, &TARGETS, &Sample::from_column_slice(&[0.2, 0.3, 0.1, 0.3, 0.6, 0.2]));
        check_loss(&LOGITS, &TARGETS, &logits());
        check_fused(&PLAIN, Head::Softmax, &TARGETS, &logits());
        for ignore_class in [None, Some(0)] {
            let smooth = SparseCategoricalCrossentropy { label_smoothing: 0.25, ignore_class, ..PLAIN };
            check_loss(&smooth, &TARGETS, &Sample::from_column_slice(&[0.2, 0.3, 0.1, 0.3, 0.6, 0.2]));
            check_loss(&SparseCategoricalCrossentropy { from_logits: true, ..smooth }, &TARGETS, &logits());
            check_fused(&smooth, Head::Softmax, &TARGETS, &logits());
        }
    }

    /// The loss is that of smooth one-hot targets, for probabilities that sum to 1.
    #[test]
    fn smooth_as_one_hot() {
        use crate::train::losses::CategoricalCrossentropy;
        let one_hot = Sample::from_column_slice(&[0., 1., 0., 1., 0., 0.]);
        let inside = Sample::from_column_slice(&[0.25, 0.5, 0.25, 0.125, 0.75, 0.125]);
        for (from_logits, x) in [(false, inside), (true, logits())] {
            let sparse = SparseCategoricalCrossentropy { from_logits, label_smoothing: 0.3, ignore_class: None };
            let dense = CategoricalCrossentropy { from_logits, label_smoothing: 0.3 };
            assert!((sparse.loss(&TARGETS, &x) - dense.loss(&one_hot, &x)).abs() < 1e-12);
        }
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
