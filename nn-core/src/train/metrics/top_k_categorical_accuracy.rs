//! Top-k categorical accuracy: the frequency of the one-hot target's class among the k best of the prediction.
//!
//! ```text
//! the mean over positions of  (the number of classes i with p[i] > p[argmax t]) < k
//! ```
//!
//! All classes that equal the k-th best are among the k best. A position with NaN or infinity counts as wrong. Source:
//! <https://keras.io/api/metrics/accuracy_metrics/#topkcategoricalaccuracy-class>

use super::categorical_accuracy::argmax;
use super::position::{Position, on_positions};
use super::{Mean, Metric};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// The frequency of the one-hot target's class among the `k` best
#[doc(alias = "top_k_categorical_accuracy")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopKCategoricalAccuracy {
    /// The number of best classes; 5 by default.
    pub k: usize,
}

impl Default for TopKCategoricalAccuracy {
    fn default() -> Self {
        TopKCategoricalAccuracy { k: 5 }
    }
}

/// Whether `class` is among the `k` best; `false` for a class that does not exist.
pub(super) fn in_top_k<T: Scalar>(position: &[T], class: usize, k: usize) -> bool {
    let Some(&own) = position.get(class) else { return false };
    position.iter().all(|p| p.finite()) && position.iter().filter(|&&p| p > own).count() < k
}

impl Metric for TopKCategoricalAccuracy {
    type State = Mean;

    fn name(&self) -> &'static str {
        "top_k_categorical_accuracy"
    }

    fn result(&self, state: &Mean) -> f64 {
        state.result()
    }
}

impl<T: Scalar> Position<T, T> for TopKCategoricalAccuracy {
    fn value(&self, t: &[T], p: &[T]) -> f64 {
        f64::from(u8::from(in_top_k(p, argmax(t), self.k)))
    }
}

on_positions!([T: Scalar + Element, const R: usize, const P: usize] TopKCategoricalAccuracy: SMatrix<T, R, P>, SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::MetricOn;

    /// `keras.metrics.TopKCategoricalAccuracy(k=1)`: these samples with the weights `[0.7, 0.3]` give 0.3.
    #[test]
    fn as_in_keras() {
        type Sample = SMatrix<f64, 3, 1>;
        let metric = TopKCategoricalAccuracy { k: 1 };
        let mut state = Mean::default();
        metric.update(&mut state, &Sample::new(0., 0., 1.), &Sample::new(0.1, 0.9, 0.8), 0.7);
        metric.update(&mut state, &Sample::new(0., 1., 0.), &Sample::new(0.05, 0.95, 0.), 0.3);
        assert!((metric.result(&state) - 0.3).abs() < 1e-12);
    }

    #[test]
    fn equals_are_all_among_the_best() {
        for (class, k, expected) in
            [(0, 1, false), (1, 1, true), (2, 1, true), (0, 2, false), (3, 3, false), (0, 3, true)]
        {
            assert_eq!(in_top_k(&[0.2, 0.4, 0.4], class, k), expected, "{class} {k}");
        }
        assert!(!in_top_k(&[0.2, f32::NAN], 0, 5));
    }
}
