//! The common code of precision, recall and the counts: chooses the positive predictions and counts them.

use super::logits::above;
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;

/// True and false positives and negatives, by weight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    pub(super) true_positives: f64,
    pub(super) false_positives: f64,
    pub(super) false_negatives: f64,
    pub(super) true_negatives: f64,
}

/// The choice of the scalars that count, and of the positive ones among them.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) threshold: Option<f64>,
    pub(super) top_k: Option<usize>,
    pub(super) class_id: Option<usize>,
    /// The activation that turns logits into probabilities.
    pub(super) link: Head,
}

impl Choice {
    /// Adds one position.
    fn add<T: Scalar, Y: Element>(&self, counts: &mut Counts, target: &[Y], prediction: &[T], weight: f64) {
        let threshold = self.threshold.or(if self.top_k.is_none() { Some(0.5) } else { None });
        let above = threshold.map(|threshold| above(self.link, prediction, threshold));
        for (i, (t, &p)) in target.iter().zip(prediction).enumerate() {
            if self.class_id.is_some_and(|class| class != i) {
                continue;
            }
            // Of equal predictions, the first are the best.
            let before = |j: usize, other: T| other > p || (other == p && j < i);
            let rank = || prediction.iter().enumerate().filter(|&(j, &other)| before(j, other)).count();
            // NaN is not positive, whatever its rank.
            let is_number = p.partial_cmp(&p).is_some();
            let is_above = is_number && above.as_ref().is_none_or(|above| above(p));
            let positive = is_above && self.top_k.is_none_or(|k| rank() < k);
            match (t.value() != 0.0, positive) {
                (true, true) => counts.true_positives += weight,
                (false, true) => counts.false_positives += weight,
                (true, false) => counts.false_negatives += weight,
                (false, false) => counts.true_negatives += weight,
            }
        }
    }

    /// Adds the positions of one sample, with their weights.
    pub(super) fn add_sample<T: Scalar, Y: Element>(
        &self,
        counts: &mut Counts,
        rows: usize,
        target: &[Y],
        prediction: &[T],
        weight: &dyn Fn(usize) -> f64,
    ) {
        let positions = target.chunks_exact(rows).zip(prediction.chunks_exact(rows));
        for (position, (target, prediction)) in positions.enumerate() {
            self.add(counts, target, prediction, weight(position));
        }
    }
}

/// Returns `a / b`, or 0 if `b` is 0.
pub(super) fn divide_no_nan(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}
