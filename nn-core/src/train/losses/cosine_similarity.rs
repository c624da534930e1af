//! Cosine similarity: the angle between prediction and target, independent of their lengths; as a loss with a minus.
//!
//! ```text
//! |x| = sqrt(Σ x²),  x̂ = x · min(1/|x|, 1e7)
//! L = -Σ t̂ · ŷ                                     from -1 (the same direction) to 1 (opposite ones)
//! dL/dy = -(t̂ - ŷ · Σ t̂ · ŷ) / |y|
//! ```
//!
//! If `|y|` is below 1e-7, the factor is constant, so the gradient there is `-t̂ · 1e7`. Keras has NaN for a
//! prediction that is exactly 0.
//!
//! The same type is the metric of that name, `Σ t̂ · ŷ`, as in Keras. Source:
//! <https://keras.io/api/losses/regression_losses/#cosinesimilarity-class>

use super::logits::EPSILON;
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// `-cos` of the angle between prediction and target, the mean over positions; as a metric without the minus
#[doc(alias = "cosine_similarity")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineSimilarity;

/// Returns `min(1/|x|, 1e7)`, and whether that is `1/|x|`.
#[inline(always)]
fn inverse_norm<T: Scalar>(x: &[T]) -> (T, bool) {
    let squares: T = x.iter().map(|&x| x * x).sum();
    let inverse = if squares < T::of(f64::INFINITY) { T::ONE / squares.sqrt() } else { inverse_of_large(x) };
    let largest = T::of(1.0 / EPSILON);
    if inverse > largest { (largest, false) } else { (inverse, true) }
}

/// Returns `1/|x|` if squares overflow.
#[cold]
fn inverse_of_large<T: Scalar>(x: &[T]) -> T {
    let most = x.iter().fold(T::ZERO, |most, x| if x.abs() > most { x.abs() } else { most });
    let squares: T = x.iter().map(|&x| (x / most) * (x / most)).sum();
    T::ONE / most / squares.sqrt()
}

/// Returns `Σ t̂ · ŷ` of one position, `1/|t|`, `1/|y|`, and whether the last one is below its limit.
fn cosine<T: Scalar>(t: &[T], y: &[T]) -> (T, T, T, bool) {
    let ((t_inverse, _), (y_inverse, free)) = (inverse_norm(t), inverse_norm(y));
    let cosine: T = t.iter().zip(y).map(|(&t, &y)| (t * t_inverse) * (y * y_inverse)).sum();
    (cosine, t_inverse, y_inverse, free)
}

impl Loss for CosineSimilarity {
    fn name(&self) -> &'static str {
        "cosine_similarity"
    }

    fn domain(&self) -> Domain {
        Domain::Direction
    }
}

impl<T: Scalar + Element> Position<T> for CosineSimilarity {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        -cosine(t, y).0
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        let (cosine, t_inverse, y_inverse, free) = cosine(t, y);
        let along = if free { cosine } else { T::ZERO };
        for ((g, &t), &y) in slope.iter_mut().zip(t).zip(y) {
            *g = -y_inverse * (t * t_inverse - y * y_inverse * along);
        }
    }
}

on_positions!(CosineSimilarity: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::LossOn;
    use crate::train::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 3, 2>;

    #[test]
    fn gradient() {
        let targets = Sample::from_column_slice(&[0., 1., 0., 0.5, -0.25, 2.]);
        check_loss(&CosineSimilarity, &targets, &Sample::from_column_slice(&[0.2, 0.3, 0.5, -1., 0.6, 1.5]));
    }

    /// 45 degrees, and the same direction.
    #[test]
    fn by_hand() {
        let targets = SMatrix::<f64, 2, 2>::from_column_slice(&[0., 1., 1., 1.]);
        let predictions = SMatrix::<f64, 2, 2>::from_column_slice(&[1., 1., 2., 2.]);
        let half = 0.5f64.sqrt();
        let gradient = [half / 4.0, -half / 4.0, 0., 0.];
        like_keras(&CosineSimilarity, &targets, &predictions, -(half + 1.0) / 2.0, &gradient);
    }

    /// The squares of these vectors overflow.
    #[test]
    fn long_vectors_have_a_direction() {
        let (t, y) = (SMatrix::<f32, 2, 1>::new(1e20, 1e20), SMatrix::<f32, 2, 1>::new(3e38, 3e38));
        assert!((CosineSimilarity.loss(&t, &y) + 1.0).abs() < 1e-6);
        assert!((CosineSimilarity.loss(&SMatrix::<f32, 2, 1>::new(3e38, 0.0), &t) + 0.5f32.sqrt()).abs() < 1e-6);
        let (t, y) = (SMatrix::<f64, 2, 1>::new(1e200, -1e200), SMatrix::<f64, 2, 1>::new(1e300, 1e300));
        assert!(CosineSimilarity.loss(&t, &y).abs() < 1e-15);
    }

    #[test]
    fn a_prediction_of_zero() {
        let (target, mut gradient) = (SMatrix::<f32, 2, 1>::new(3., 4.), SMatrix::<f32, 2, 1>::zeros());
        assert_eq!(CosineSimilarity.loss(&target, &gradient), 0.0);
        CosineSimilarity.gradient(&target, &gradient.clone_owned(), &mut gradient);
        assert!((gradient - SMatrix::<f32, 2, 1>::new(-0.6e7, -0.8e7)).norm() < 10.0);
    }
}
