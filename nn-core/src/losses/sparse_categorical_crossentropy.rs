//! Sparse categorical cross-entropy: the features of a position are the probabilities of classes, the target is the index
//! of one.
//!
//! ```text
//! p' = clip(p, 1e-7, 1 - 1e-7)
//! L = ln Σ p' - ln p'[t]
//! dL/dp[i] = 1 / Σ p' - (i = t) / p'[i]  where p[i] was not clipped, else 0
//!
//! from logits z, p = softmax(z):
//! L = ln Σ exp(z) - z[t]
//! dL/dz[i] = softmax(z)[i] - (i = t)
//! ```
//!
//! With several positions both are divided by their number. `Σ p'` is there because Keras on TensorFlow hands `ln p'` to
//! its softmax cross-entropy as logits; for probabilities that sum to 1 it changes nothing but rounding. The second form is
//! also used for an output that ends in softmax. A class that does not exist makes the loss NaN; `check` finds it before.
//!
//! Source: <https://keras.io/api/losses/probabilistic_losses/#sparsecategoricalcrossentropy-class>

use super::logits::{clip, log_sum_exp};
use crate::activations::Head;
use crate::losses::masked::masked_by_position;
use crate::losses::{Loss, LossOn};
use crate::scalar::Scalar;
use crate::tensor::Element;
use crate::text::Text;
use nalgebra::SMatrix;

/// Cross-entropy of one class out of several, with indices as targets: `-ln p[t]`, the mean over positions
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SparseCategoricalCrossentropy {
    /// Whether predictions are logits instead of probabilities; false by default.
    pub from_logits: bool,
}

/// Scalar `class` of a position, or NaN.
#[inline(always)]
fn at<T: Scalar>(position: &[T], class: u32) -> T {
    position.get(class as usize).copied().unwrap_or(T::of(f64::NAN))
}

fn logits_loss<T: Scalar + Element, const R: usize, const P: usize>(
    targets: &SMatrix<u32, 1, P>,
    logits: &SMatrix<T, R, P>,
) -> T {
    let positions = targets.as_slice().iter().zip(logits.as_slice().chunks_exact(R));
    let sum: T = positions.map(|(&t, z)| log_sum_exp(z) - at(z, t)).sum();
    sum / T::of(P as f64)
}

fn logits_gradient<T: Scalar + Element, const R: usize, const P: usize>(
    targets: &SMatrix<u32, 1, P>,
    logits: &SMatrix<T, R, P>,
    gradient: &mut SMatrix<T, R, P>,
) {
    // L = 1/P · Σ ln Σ exp(z) - z[t]
    let factor = T::of(1.0 / P as f64);
    let positions = targets.as_slice().iter().zip(logits.as_slice().chunks_exact(R));
    for ((&t, z), g) in positions.zip(gradient.as_mut_slice().chunks_exact_mut(R)) {
        let log = log_sum_exp(z);
        for (g, &z) in g.iter_mut().zip(z) {
            *g = factor * (z - log).exp();
        }
        if let Some(g) = g.get_mut(t as usize) {
            *g -= factor;
        }
    }
}

impl Loss for SparseCategoricalCrossentropy {
    fn name(&self) -> &'static str {
        "sparse_categorical_crossentropy"
    }

    fn takes_logits(&self) -> Option<bool> {
        Some(self.from_logits)
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> LossOn<SMatrix<T, R, P>> for SparseCategoricalCrossentropy {
    type Target = SMatrix<u32, 1, P>;

    masked_by_position!();

    fn loss(&self, target: &SMatrix<u32, 1, P>, prediction: &SMatrix<T, R, P>) -> T {
        if self.from_logits {
            return logits_loss(target, prediction);
        }
        let mut sum = T::ZERO;
        for (&t, p) in target.as_slice().iter().zip(prediction.as_slice().chunks_exact(R)) {
            let total: T = p.iter().map(|&p| clip(p).0).sum();
            sum += total.ln() - clip(at(p, t)).0.ln();
        }
        sum / T::of(P as f64)
    }

    fn gradient(&self, target: &SMatrix<u32, 1, P>, prediction: &SMatrix<T, R, P>, gradient: &mut SMatrix<T, R, P>) {
        if self.from_logits {
            return logits_gradient(target, prediction, gradient);
        }
        // L = 1/P · Σ ln Σ p' - ln p'[t]
        let factor = T::of(1.0 / P as f64);
        let positions = target.as_slice().iter().zip(prediction.as_slice().chunks_exact(R));
        for ((&t, p), g) in positions.zip(gradient.as_mut_slice().chunks_exact_mut(R)) {
            let total: T = p.iter().map(|&p| clip(p).0).sum();
            for (i, (g, &p)) in g.iter_mut().zip(p).enumerate() {
                let (p, inside) = clip(p);
                let own = if i == t as usize { T::ONE / p } else { T::ZERO };
                *g = if inside { factor * (T::ONE / total - own) } else { T::ZERO };
            }
        }
    }

    fn fused(
        &self,
        head: Head,
        target: &SMatrix<u32, 1, P>,
        logits: &SMatrix<T, R, P>,
        gradient: Option<&mut SMatrix<T, R, P>>,
    ) -> Option<T> {
        if head != Head::Softmax || self.from_logits {
            return None;
        }
        if let Some(gradient) = gradient {
            logits_gradient(target, logits, gradient);
        }
        Some(logits_loss(target, logits))
    }

    fn check(&self, target: &SMatrix<u32, 1, P>) -> Result<(), Text<96>> {
        match target.iter().find(|&&class| class as usize >= R) {
            None => Ok(()),
            Some(&class) => Err(Text::new().str("a class below ").size(R).str(", but got ").size(class as usize)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::checks::{check_fused, check_loss, like_keras};

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

    /// `keras.losses.SparseCategoricalCrossentropy(from_logits=True)(targets, logits)`; after a softmax the same.
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
