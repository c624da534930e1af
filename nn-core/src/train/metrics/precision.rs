//! Precision: the part of the positive predictions that is right.
//!
//! ```text
//! tp / (tp + fp)        0 where nothing is positive
//! ```
//!
//! All scalars of a sample count, or only one class. A target counts as positive if it is not 0. A prediction counts
//! as positive if it is above the threshold; exactly 0.5 is not, nor is NaN. Source:
//! <https://keras.io/api/metrics/classification_metrics/#precision-class>

use super::counts::{Choice, Counts, divide_no_nan};
use super::{Metric, MetricOn};
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// The part of the positive predictions that is right
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Precision {
    /// The threshold: a prediction above it counts as positive. `None`, the default, is 0.5, or no threshold with
    /// `top_k`.
    ///
    /// Keras takes several thresholds and gives several numbers; here each is its own metric.
    pub threshold: Option<f64>,
    /// The number `k` of classes that are positive in a position: the best ones. No limit by default.
    pub top_k: Option<usize>,
    /// The only class that counts; all classes by default. A class that does not exist counts nothing.
    pub class_id: Option<usize>,
}

impl Metric for Precision {
    type State = Counts;

    fn name(&self) -> &'static str {
        "precision"
    }

    fn result(&self, state: &Counts) -> f64 {
        divide_no_nan(state.true_positives, state.true_positives + state.false_positives)
    }
}

impl<T: Scalar + Element, Y: Element, const R: usize, const P: usize> MetricOn<SMatrix<T, R, P>, SMatrix<Y, R, P>>
    for Precision
{
    counts_positions!(Counts; R);

    fn update_positions(
        &self,
        link: Head,
        state: &mut Counts,
        target: &SMatrix<Y, R, P>,
        prediction: &SMatrix<T, R, P>,
        _: usize,
        weight: &dyn Fn(usize) -> f64,
        _: Option<&[u32]>,
    ) {
        let Precision { threshold, top_k, class_id } = *self;
        let choice = Choice { threshold, top_k, class_id, link };
        choice.add_sample(state, R, target.as_slice(), prediction.as_slice(), weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::SVector;

    fn result(metric: Precision, targets: [u32; 4], predictions: [f64; 4], weight: f64) -> f64 {
        let mut state = Counts::default();
        // A second sample that counts nothing.
        let (targets, predictions) = (SVector::from(targets), SVector::from(predictions));
        metric.update(&mut state, &targets, &predictions, weight);
        metric.update(&mut state, &targets, &predictions.map(|p| 1.0 - p), 0.0);
        metric.result(&state)
    }

    /// The examples of Keras's documentation, and a prediction that is exactly the threshold.
    #[test]
    fn as_in_keras() {
        let (t, p) = ([0, 1, 1, 1], [1., 0., 1., 1.]);
        assert_eq!(result(Precision::default(), t, p, 2.0), 2.0 / 3.0);
        assert_eq!(result(Precision::default(), t, [0.; 4], 1.0), 0.0);
        assert_eq!(result(Precision::default(), [0, 0, 1, 1], [0.5, 0., 0.6, 0.5], 1.0), 1.0);
        // With `top_k=2` it calculates precision over y_true[:2] and y_pred[:2], the first of equal predictions.
        let best = Precision { top_k: Some(2), ..Precision::default() };
        assert_eq!(result(best, [0, 0, 1, 1], [1., 1., 1., 1.], 1.0), 0.0);
        assert_eq!(result(Precision { top_k: Some(4), ..best }, [0, 0, 1, 1], [1., 1., 1., 1.], 1.0), 0.5);
    }

    #[test]
    fn one_class() {
        let metric = Precision { threshold: Some(0.25), class_id: Some(1), ..Precision::default() };
        assert_eq!(result(metric, [0, 1, 0, 0], [1., 0.5, 1., 1.], 1.0), 1.0);
        assert_eq!(result(Precision { class_id: Some(4), ..metric }, [0, 1, 0, 0], [1., 0.5, 1., 1.], 1.0), 0.0);
    }
}
