//! Categorical hinge: the right class should be ahead of the best wrong one by 1.
//!
//! ```text
//! right = Σ t · y,  wrong = max (1 - t) · y
//! L = max(wrong - right + 1, 0)
//! dL/dy = (1 - t) · (y is the maximum) - t          where wrong - right + 1 ≥ 0, else 0
//! ```
//!
//! Targets are one-hot. Equal maxima share the gradient evenly, as in Keras. Source:
//! <https://keras.io/api/losses/hinge_losses/#categoricalhinge-class>

use super::mean::at_least;
use super::position::{Position, on_positions};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use crate::train::losses::domain::Domain;
use nalgebra::SMatrix;

/// `max(wrong - right + 1, 0)` of the best wrong class and the right one, the mean over positions
#[doc(alias = "categorical_hinge")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategoricalHinge;

/// Returns `wrong` and `wrong - right + 1` of one position.
fn margin<T: Scalar>(t: &[T], y: &[T]) -> (T, T) {
    let right: T = t.iter().zip(y).map(|(&t, &y)| t * y).sum();
    let mut products = t.iter().zip(y).map(|(&t, &y)| (T::ONE - t) * y);
    let first = products.next().unwrap_or(T::ZERO);
    // NaN if one of them is NaN.
    let wrong = products.fold(first, |max, x| if x <= max || max.partial_cmp(&max).is_none() { max } else { x });
    (wrong, wrong - right + T::ONE)
}

impl Loss for CategoricalHinge {
    fn name(&self) -> &'static str {
        "categorical_hinge"
    }

    fn domain(&self) -> Domain {
        Domain::Distribution
    }
}

impl<T: Scalar + Element> Position<T> for CategoricalHinge {
    type Target = T;

    fn value(&self, t: &[T], y: &[T]) -> T {
        at_least(margin(t, y).1, T::ZERO)
    }

    fn slope(&self, t: &[T], y: &[T], slope: &mut [T]) {
        let (wrong, margin) = margin(t, y);
        let maxima = t.iter().zip(y).filter(|&(&t, &y)| (T::ONE - t) * y == wrong).count();
        let share = T::of(1.0 / maxima as f64);
        for ((g, &t), &y) in slope.iter_mut().zip(t).zip(y) {
            let best = if (T::ONE - t) * y == wrong { share * (T::ONE - t) } else { T::ZERO };
            *g = if margin >= T::ZERO {
                best - t
            } else if margin < T::ZERO {
                T::ZERO
            } else {
                // NaN
                margin
            };
        }
    }
}

on_positions!(CategoricalHinge: SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::losses::checks::{check_loss, like_keras};

    type Sample = SMatrix<f64, 3, 2>;

    #[test]
    fn gradient() {
        let targets = Sample::from_column_slice(&[0., 1., 0., 0., 0., 1.]);
        check_loss(&CategoricalHinge, &targets, &Sample::from_column_slice(&[0.2, 0.3, 0.1, -1., 0.6, 1.5]));
        check_loss(&CategoricalHinge, &targets, &Sample::from_column_slice(&[0.2, 3., 0.1, -1., 0.6, -0.5]));
    }

    #[test]
    fn by_hand() {
        // wrong - right + 1 is 2 - 1 + 1; then 0 - 3 + 1, where the loss is 0.
        let targets = Sample::from_column_slice(&[0., 1., 0., 1., 0., 0.]);
        let predictions = Sample::from_column_slice(&[0., 1., 2., 3., -1., -2.]);
        like_keras(&CategoricalHinge, &targets, &predictions, 1.0, &[0., -0.5, 0.5, 0., 0., 0.]);
    }

    #[test]
    fn equal_maxima_share() {
        let (targets, predictions) = (SMatrix::<f64, 3, 1>::new(0., 1., 0.), SMatrix::<f64, 3, 1>::new(2., 1., 2.));
        like_keras(&CategoricalHinge, &targets, &predictions, 2.0, &[0.5, -1., 0.5]);
    }
}
