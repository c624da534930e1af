//! Categorical accuracy: the frequency of predictions whose largest feature is that of the one-hot target.
//!
//! ```text
//! the mean over positions of  argmax t = argmax p
//! ```
//!
//! The first of several equal maxima counts. NaN is no maximum: a position of NaN only predicts class 0, as in Keras.
//! Source: <https://keras.io/api/metrics/accuracy_metrics/#categoricalaccuracy-class>

use super::position::{Position, on_positions};
use super::{Mean, Metric};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// The frequency of `argmax p = argmax t`
#[doc(alias = "categorical_accuracy")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CategoricalAccuracy;

/// Returns the index of the first maximum. NaN is no maximum, unless all scalars are NaN.
pub(super) fn argmax<T: Scalar>(position: &[T]) -> usize {
    let mut best = 0;
    for i in 1..position.len() {
        // If the first scalar is NaN, any number beats it. Only NaN has no order with itself.
        let none = position[best].partial_cmp(&position[best]).is_none();
        if position[i] > position[best] || (none && position[i].partial_cmp(&position[i]).is_some()) {
            best = i;
        }
    }
    best
}

impl Metric for CategoricalAccuracy {
    type State = Mean;

    fn name(&self) -> &'static str {
        "categorical_accuracy"
    }

    fn result(&self, state: &Mean) -> f64 {
        state.result()
    }
}

impl<T: Scalar> Position<T, T> for CategoricalAccuracy {
    fn value(&self, t: &[T], p: &[T]) -> f64 {
        f64::from(u8::from(argmax(t) == argmax(p)))
    }
}

on_positions!([T: Scalar + Element, const R: usize, const P: usize] CategoricalAccuracy: SMatrix<T, R, P>, SMatrix<T, R, P>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::MetricOn;

    /// `keras.metrics.CategoricalAccuracy()`: these samples with the weights `[0.5, 1, 2]` give 0.857142...
    #[test]
    fn as_in_keras() {
        type Sample = SMatrix<f64, 3, 1>;
        let samples = [
            (Sample::new(0., 0., 1.), Sample::new(0.1, 0.9, 0.8), 0.5),
            (Sample::new(0., 1., 0.), Sample::new(0.05, 0.95, 0.), 1.0),
            (Sample::new(1., 0., 0.), Sample::new(0.4, 0.4, 0.2), 2.0),
        ];
        let mut state = Mean::default();
        for (target, prediction, weight) in samples {
            CategoricalAccuracy.update(&mut state, &target, &prediction, weight);
        }
        assert!((state.result() - 0.8571428656578064).abs() < 1e-7);
    }
}
