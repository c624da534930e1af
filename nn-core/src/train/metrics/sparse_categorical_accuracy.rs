//! Sparse categorical accuracy: the frequency of predictions whose largest feature is the target's class.
//!
//! ```text
//! the mean over positions of  t = argmax p
//! ```
//!
//! The first of several equal maxima counts, and NaN is no maximum, as for
//! [`CategoricalAccuracy`](super::CategoricalAccuracy). Source:
//! <https://keras.io/api/metrics/accuracy_metrics/#sparsecategoricalaccuracy-class>

use super::categorical_accuracy::argmax;
use super::position::{Position, on_positions};
use super::{Mean, Metric};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// The frequency of `argmax p = t`
#[doc(alias = "sparse_categorical_accuracy")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SparseCategoricalAccuracy;

impl Metric for SparseCategoricalAccuracy {
    type State = Mean;

    fn name(&self) -> &'static str {
        "sparse_categorical_accuracy"
    }

    fn result(&self, state: &Mean) -> f64 {
        state.result()
    }
}

impl<T: Scalar> Position<T, u32> for SparseCategoricalAccuracy {
    fn value(&self, t: &[u32], p: &[T]) -> f64 {
        f64::from(u8::from(t[0] as usize == argmax(p)))
    }
}

on_positions!([T: Scalar + Element, const R: usize, const P: usize] SparseCategoricalAccuracy: SMatrix<T, R, P>, SMatrix<u32, 1, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::MetricOn;

    /// `keras.metrics.SparseCategoricalAccuracy()` gives 0.875:
    ///
    /// ```text
    /// y_true = [[2, 0], [1, 2]]
    /// y_pred = [[[0.1, 0.6, 0.3], [0.4, 0.4, 0.2]], [[0.1, 0.6, 0.3], [0.1, 0.6, 0.7]]]
    /// sample_weight = [1, 3]
    /// ```
    #[test]
    fn as_in_keras() {
        type Sample = SMatrix<f64, 3, 2>;
        type Target = SMatrix<u32, 1, 2>;
        let mut state = Mean::default();
        let prediction = Sample::from_column_slice(&[0.1, 0.6, 0.3, 0.4, 0.4, 0.2]);
        SparseCategoricalAccuracy.update(&mut state, &Target::new(2, 0), &prediction, 1.0);
        let prediction = Sample::from_column_slice(&[0.1, 0.6, 0.3, 0.1, 0.6, 0.7]);
        SparseCategoricalAccuracy.update(&mut state, &Target::new(1, 2), &prediction, 3.0);
        assert_eq!(state.result(), 0.875);
    }
}
