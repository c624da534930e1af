//! Cosine similarity: the agreement of the directions of prediction and target, from -1 to 1.
//!
//! ```text
//! Σ t̂ · ŷ        over the features of a position, t̂ and ŷ with length 1
//! ```
//!
//! The mean over positions. It is the negative of the [loss](crate::train::losses::CosineSimilarity) and shares its
//! type. Source: <https://keras.io/api/metrics/regression_metrics/#cosinesimilarity-class>

use super::of_losses::loss_metric;
pub use crate::train::losses::CosineSimilarity;

loss_metric!(CosineSimilarity "cosine_similarity": self => -1.0, CosineSimilarity, self);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::{Mean, Metric, MetricOn};
    use nalgebra::SMatrix;

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
