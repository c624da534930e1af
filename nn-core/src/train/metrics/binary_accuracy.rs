//! Binary accuracy: the frequency of predictions on the target's side of a threshold.
//!
//! ```text
//! the mean over all scalars of  t = (p > threshold)
//! ```
//!
//! The comparison is strict, as in Keras: a prediction of exactly 0.5, or NaN, counts as 0. A target that is neither
//! 0 nor 1 never matches. Source: <https://keras.io/api/metrics/accuracy_metrics/#binaryaccuracy-class>

use super::logits::above;
use super::position::{Position, on_positions};
use super::{Mean, Metric};
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// The frequency of `p > threshold` agreeing with the target
#[doc(alias = "binary_accuracy")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryAccuracy {
    /// The threshold: a prediction above it counts as 1; Keras's default is 0.5.
    pub threshold: f64,
}

impl Default for BinaryAccuracy {
    fn default() -> Self {
        BinaryAccuracy { threshold: 0.5 }
    }
}

impl Metric for BinaryAccuracy {
    type State = Mean;

    fn name(&self) -> &'static str {
        "binary_accuracy"
    }

    fn result(&self, state: &Mean) -> f64 {
        state.result()
    }
}

impl<T: Scalar, Y: Element + Into<f64>> Position<T, Y> for BinaryAccuracy {
    fn value(&self, t: &[Y], p: &[T]) -> f64 {
        self.value_of_logits(Head::Other, t, p)
    }

    fn value_of_logits(&self, link: Head, t: &[Y], p: &[T]) -> f64 {
        let above = above(link, p, self.threshold);
        let pairs = t.iter().zip(p);
        let right = pairs.filter(|&(&t, &p)| t.into() == f64::from(u8::from(above(p)))).count();
        right as f64 / p.len() as f64
    }
}

on_positions!(
    [T: Scalar + Element, Y: Element + Into<f64>, const R: usize, const P: usize]
    BinaryAccuracy: SMatrix<T, R, P>, SMatrix<Y, R, P>
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::MetricOn;

    /// `keras.metrics.BinaryAccuracy()`:
    /// `update_state([[1], [1], [0], [0]], [[0.98], [0.5], [0.5], [0.6]], [1, 2, 3, 4])` gives 0.4, without weights
    /// 0.5.
    #[test]
    fn as_in_keras() {
        for (weights, expected) in [([1., 2., 3., 4.], 0.4), ([1.; 4], 0.5)] {
            let mut state = Mean::default();
            for ((t, p), weight) in [(1u32, 0.98), (1, 0.5), (0, 0.5), (0, 0.6)].into_iter().zip(weights) {
                let (t, p) = (SMatrix::<u32, 1, 1>::new(t), SMatrix::<f64, 1, 1>::new(p));
                BinaryAccuracy::default().update(&mut state, &t, &p, weight);
            }
            assert!((state.result() - expected).abs() < 1e-12);
        }
    }

    /// `update_state([[1, 0], [1, 0.5]], [[0.98, 0.2], [0.4, 0.7]], [1, 3])` gives 0.25.
    #[test]
    fn several_labels() {
        let mut state = Mean::default();
        let (t, p) = (SMatrix::<f64, 2, 1>::new(1., 0.), SMatrix::<f64, 2, 1>::new(0.98, 0.2));
        BinaryAccuracy::default().update(&mut state, &t, &p, 1.0);
        let (t, p) = (SMatrix::<f64, 2, 1>::new(1., 0.5), SMatrix::<f64, 2, 1>::new(0.4, 0.7));
        BinaryAccuracy::default().update(&mut state, &t, &p, 3.0);
        assert_eq!(state.result(), 0.25);
    }
}
