//! Cosine similarity: how well the direction of the prediction is that of the target, from -1 to 1.
//!
//! ```text
//! Σ t̂ · ŷ        over the features of a position, t̂ and ŷ with length 1
//! ```
//!
//! The mean over positions. It is the negative of the [loss](crate::losses::CosineSimilarity), with which it shares its type.
//! Source: <https://keras.io/api/metrics/regression_metrics/#cosinesimilarity-class>

use super::of_losses::add_masked;
use super::{Mean, Metric, MetricOn};
pub use crate::losses::CosineSimilarity;
use crate::losses::LossOn;
use crate::scalar::Scalar;
use crate::tensor::Element;
use nalgebra::SMatrix;

impl Metric for CosineSimilarity {
    type State = Mean;

    fn name(&self) -> &'static str {
        "cosine_similarity"
    }

    fn result(&self, state: &Mean) -> f64 {
        state.result()
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> MetricOn<SMatrix<T, R, P>, SMatrix<T, R, P>>
    for CosineSimilarity
{
    fn update(&self, state: &mut Mean, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, weight: f64) {
        state.add(-self.loss(target, prediction).to_f64(), weight);
    }

    fn update_masked(
        &self,
        state: &mut Mean,
        target: &SMatrix<T, R, P>,
        prediction: &SMatrix<T, R, P>,
        weight: f64,
        mask: &[u32],
    ) {
        add_masked(self, -1.0, state, target, prediction, weight, mask);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `keras.metrics.CosineSimilarity()`: `update_state([[0, 1], [1, 1]], [[1, 0], [1, 1]], [0.3, 0.7])` gives 0.7.
    #[test]
    fn as_in_keras() {
        type Sample = SMatrix<f64, 2, 1>;
        let mut state = Mean::default();
        CosineSimilarity.update(&mut state, &Sample::new(0., 1.), &Sample::new(1., 0.), 0.3);
        CosineSimilarity.update(&mut state, &Sample::new(1., 1.), &Sample::new(1., 1.), 0.7);
        assert!((CosineSimilarity.result(&state) - 0.7).abs() < 1e-12);
    }
}
