//! Logits as predictions: if the loss of an output takes logits, its metrics get the activation that turns them into
//! probabilities.
//!
//! A threshold applies to probabilities, so the logit with that probability is compared: 0 for 1/2. A threshold that
//! is not a probability (0 or less, 1 or more) is already a logit.

use crate::activations::{Elementwise, Head, Sigmoid};
use crate::tensor::Sample;
use crate::tensor::scalar::Scalar;
use core::slice;
use nalgebra::ComplexField;

/// Returns `z ↦ p` for the logits of one position.
pub(super) fn probability<T: Scalar>(link: Head, position: &[T]) -> impl Fn(T) -> T + use<T> {
    let first = position.first().copied().unwrap_or(T::ZERO);
    let max = position.iter().fold(first, |max, &z| if z > max { z } else { max });
    let sum: T = if link == Head::Softmax { position.iter().map(|&z| (z - max).exp()).sum() } else { T::ONE };
    move |z| match link {
        Head::Sigmoid => Sigmoid.value(z),
        Head::Softmax => (z - max).exp() / sum,
        Head::Linear | Head::Other => z,
    }
}

/// Whether the probability of a prediction is above a threshold.
pub(super) fn above<T: Scalar>(link: Head, position: &[T], threshold: f64) -> impl Fn(T) -> bool + use<T> {
    let link = if threshold > 0.0 && threshold < 1.0 { link } else { Head::Other };
    // Exact for a sigmoid, which would round logits near 0 to 1/2.
    let bound = match link {
        Head::Sigmoid => T::of(ComplexField::ln(threshold / (1.0 - threshold))),
        Head::Softmax | Head::Linear | Head::Other => T::of(threshold),
    };
    let probability = probability(if link == Head::Softmax { link } else { Head::Other }, position);
    move |z| probability(z) > bound
}

/// Returns the probabilities of logits.
pub(super) fn probabilities<P: Sample<Element: Scalar>>(link: Head, logits: &P) -> P {
    let mut all = *logits;
    for position in P::flat_mut(slice::from_mut(&mut all)).chunks_exact_mut(P::ROWS.max(1)) {
        let probability = probability(link, position);
        position.iter_mut().for_each(|x| *x = probability(*x));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::SMatrix;

    #[test]
    fn thresholds() {
        let said = |link, threshold| [-1.0, 0.0, 1e-9, 0.7, 2.0].map(above(link, &[0.0_f32], threshold));
        assert_eq!(said(Head::Other, 0.5), [false, false, false, true, true]);
        assert_eq!(said(Head::Sigmoid, 0.5), [false, false, true, true, true]);
        // σ(0.7) = 0.668
        assert_eq!(said(Head::Sigmoid, 0.66), [false, false, false, true, true]);
        assert_eq!(said(Head::Sigmoid, 0.67), [false, false, false, false, true]);
        // Already a logit.
        assert_eq!(said(Head::Sigmoid, 0.0), [false, false, true, true, true]);
        assert_eq!(said(Head::Sigmoid, 1.0), [false, false, false, false, true]);
    }

    #[test]
    fn a_softmax_looks_at_the_position() {
        let position = [1.0, 3.0, 0.0];
        // 0.114, 0.844, 0.042
        assert_eq!(position.map(above(Head::Softmax, &position, 0.5)), [false, true, false]);
        assert_eq!(position.map(above(Head::Softmax, &position, 0.1)), [true, true, false]);
        let logits = SMatrix::<f64, 2, 2>::new(0.0, 1000.0, 0.0, 0.0);
        let expected = SMatrix::<f64, 2, 2>::new(0.5, 1.0, 0.5, 0.0);
        assert!((probabilities(Head::Softmax, &logits) - expected).norm() < 1e-12);
        assert_eq!(probabilities(Head::Other, &logits), logits);
    }
}
