//! Sparse top-k categorical accuracy: the frequency of the target's class among the k best of the prediction.
//!
//! ```text
//! the mean over positions of  (the number of classes i with p[i] > p[t]) < k
//! ```
//!
//! All classes that equal the k-th best are among the k best. A position with NaN or infinity, and a class that does
//! not exist, count as wrong. Source:
//! <https://keras.io/api/metrics/accuracy_metrics/#sparsetopkcategoricalaccuracy-class>

use super::position::{Position, on_positions};
use super::top_k_categorical_accuracy::in_top_k;
use super::{Mean, Metric};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// The frequency of the target's class among the `k` best
#[doc(alias = "sparse_top_k_categorical_accuracy")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SparseTopKCategoricalAccuracy {
    /// The number of best classes; 5 by default.
    pub k: usize,
}

impl Default for SparseTopKCategoricalAccuracy {
    fn default() -> Self {
        SparseTopKCategoricalAccuracy { k: 5 }
    }
}

impl Metric for SparseTopKCategoricalAccuracy {
    type State = Mean;

    fn name(&self) -> &'static str {
        "sparse_top_k_categorical_accuracy"
    }

    fn result(&self, state: &Mean) -> f64 {
        state.result()
    }
}

impl<T: Scalar> Position<T, u32> for SparseTopKCategoricalAccuracy {
    fn value(&self, t: &[u32], p: &[T]) -> f64 {
        f64::from(u8::from(in_top_k(p, t[0] as usize, self.k)))
    }
}

on_positions!([T: Scalar + Element, const R: usize, const P: usize] SparseTopKCategoricalAccuracy: SMatrix<T, R, P>, SMatrix<u32, 1, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::MetricOn;

    #[test]
    fn the_second_best_counts_from_two() {
        let prediction = SMatrix::<f64, 3, 2>::from_column_slice(&[0.1, 0.6, 0.3, 0.5, 0.4, 0.1]);
        for (k, expected) in [(1, 0.0), (2, 0.5), (3, 1.0), (5, 1.0)] {
            let metric = SparseTopKCategoricalAccuracy { k };
            let mut state = Mean::default();
            metric.update(&mut state, &SMatrix::<u32, 1, 2>::new(2, 2), &prediction, 1.0);
            assert_eq!(metric.result(&state), expected);
        }
        let mut state = Mean::default();
        SparseTopKCategoricalAccuracy::default().update(&mut state, &SMatrix::<u32, 1, 2>::new(3, 2), &prediction, 1.0);
        assert_eq!(state.result(), 0.5);
    }
}
