//! AUC: the area under the curve of a threshold that moves from 0 to 1.
//!
//! ```text
//! at threshold θ:  tp, fp, tn, fn   by weight; positive is  p > θ
//! ROC:     y = tp / (tp + fn),  x = fp / (fp + tn)
//! PR:      y = tp / (tp + fp),  x = tp / (tp + fn)
//! PRGAIN:  y = 1 - c · fp / tp,  x = max(1 - c · fn / tp, 0),  c = (tp + fn) / (tn + fp)
//! AUC = Σ (x[i] - x[i+1]) · height(y[i], y[i+1])
//! ```
//!
//! There are `N` thresholds: `i / (N - 1)`, the first a little below 0 and the last a little above 1. The height is
//! the mean of both ends (interpolation), the smaller end or the larger one. The interpolation of PR is not linear; it
//! follows Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves" (2006). A division by 0
//! gives 0.
//!
//! As in Keras, this is an approximation: predictions between the same two thresholds count as equal. All scalars of a
//! sample count together (`multi_label=False`). A target counts as positive if it is not 0. A NaN prediction is above
//! no threshold, not even the first. Source: <https://keras.io/api/metrics/classification_metrics/#auc-class>

use super::counts::divide_no_nan;
use super::logits::probability;
use super::{Metric, MetricOn};
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// The curve above the area
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AucCurve {
    /// True positives over false positives: the default.
    #[default]
    Roc,
    /// Precision over recall.
    Pr,
    /// Precision gain over recall gain.
    PrGain,
}

/// The height of the area between two thresholds
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AucSummationMethod {
    /// The mean height: the default.
    #[default]
    Interpolation,
    /// The smaller height.
    Minoring,
    /// The larger height.
    Majoring,
}

/// The area under a curve of `N` thresholds, 200 by default: Keras's `AUC`
///
/// `Auc::default()` has 200 thresholds. For another number, write `Auc::<50>::new()` or
/// `Auc::<50> { curve: AucCurve::Pr, ..Auc::new() }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auc<const N: usize = 200> {
    /// The curve; ROC by default.
    pub curve: AucCurve,
    /// The height between two thresholds; interpolation by default.
    pub summation_method: AucSummationMethod,
    /// Whether predictions are logits instead of probabilities; false by default.
    pub from_logits: bool,
}

impl<const N: usize> Auc<N> {
    /// Creates the area under the ROC curve.
    pub const fn new() -> Self {
        const { assert!(N > 1, "AUC needs at least two thresholds") }
        Auc { curve: AucCurve::Roc, summation_method: AucSummationMethod::Interpolation, from_logits: false }
    }
}

// Only for one `N`, so that `Auc::default()` is one type.
impl Default for Auc<200> {
    fn default() -> Self {
        Auc::new()
    }
}

/// The weights of positives and negatives between each pair of thresholds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buckets<const N: usize> {
    positives: [f64; N],
    negatives: [f64; N],
    /// Positives and negatives that are above no threshold.
    below: [f64; 2],
}

impl<const N: usize> Default for Buckets<N> {
    fn default() -> Self {
        const { assert!(N > 1, "a curve needs at least two thresholds") }
        Buckets { positives: [0.0; N], negatives: [0.0; N], below: [0.0; 2] }
    }
}

impl<const N: usize> Buckets<N> {
    /// Adds `p` to the last threshold below it.
    fn add<T: Scalar>(&mut self, positive: bool, p: T, weight: f64) {
        // Only NaN has no order with itself.
        if p.partial_cmp(&p).is_none() {
            self.below[usize::from(!positive)] += weight;
            return;
        }
        // In the precision of the prediction, as in Keras: on a threshold, rounding decides.
        let p = if p > T::ONE { T::ONE } else { p };
        let bucket = (p * T::of((N - 1) as f64)).ceil().to_f64() - 1.0;
        let to = if positive { &mut self.positives } else { &mut self.negatives };
        to[(bucket.max(0.0) as usize).min(N - 1)] += weight;
    }

    /// Adds `p` to the last threshold below it, if it is above 0.
    pub(super) fn add_above_zero<T: Scalar>(&mut self, positive: bool, p: T, weight: f64) {
        if p > T::ZERO {
            self.add(positive, p, weight);
        } else {
            self.below[usize::from(!positive)] += weight;
        }
    }

    /// Returns `tp` and `fp` of each threshold, and the sums of positives and negatives.
    pub(super) fn counts(&self) -> ([f64; N], [f64; N], f64, f64) {
        let (tp, fp) = self.cumulated();
        // All others are above the first threshold.
        (tp, fp, tp[0] + self.below[0], fp[0] + self.below[1])
    }

    /// Returns `tp` and `fp` of each threshold.
    fn cumulated(&self) -> ([f64; N], [f64; N]) {
        let (mut tp, mut fp) = (self.positives, self.negatives);
        for i in (1..N).rev() {
            tp[i - 1] += tp[i];
            fp[i - 1] += fp[i];
        }
        (tp, fp)
    }
}

/// Returns a point of the curve.
fn point(curve: AucCurve, tp: f64, fp: f64, tn: f64, fn_: f64) -> (f64, f64) {
    let recall = divide_no_nan(tp, tp + fn_);
    match curve {
        AucCurve::Roc => (divide_no_nan(fp, fp + tn), recall),
        AucCurve::Pr => (recall, divide_no_nan(tp, tp + fp)),
        AucCurve::PrGain if tp == 0.0 => (0.0, 1.0),
        AucCurve::PrGain => {
            let c = divide_no_nan(tp + fn_, tn + fp);
            ((1.0 - c * divide_no_nan(fn_, tp)).max(0.0), 1.0 - c * divide_no_nan(fp, tp))
        }
    }
}

/// Returns the area under the PR curve if false positives are linear in true positives between two thresholds.
fn interpolated_pr<const N: usize>(tp: &[f64; N], fp: &[f64; N], positives: f64) -> f64 {
    let ln = |x: f64| nalgebra::ComplexField::ln(x);
    let mut area = 0.0;
    for i in 0..N - 1 {
        let (p, next) = (tp[i] + fp[i], tp[i + 1] + fp[i + 1]);
        let dtp = tp[i] - tp[i + 1];
        let slope = divide_no_nan(dtp, (p - next).max(0.0));
        let intercept = tp[i + 1] - slope * next;
        let ratio = if p > 0.0 && next > 0.0 { p / next } else { 1.0 };
        area += divide_no_nan(slope * (dtp + intercept * ln(ratio)), positives.max(0.0));
    }
    area
}

impl<const N: usize> Metric for Auc<N> {
    type State = Buckets<N>;

    fn name(&self) -> &'static str {
        "auc"
    }

    fn result(&self, state: &Buckets<N>) -> f64 {
        let (tp, fp, positives, negatives) = state.counts();
        if (self.curve, self.summation_method) == (AucCurve::Pr, AucSummationMethod::Interpolation) {
            return interpolated_pr(&tp, &fp, positives);
        }
        let at = |i: usize| point(self.curve, tp[i], fp[i], negatives - fp[i], positives - tp[i]);
        let mut area = 0.0;
        for i in 0..N - 1 {
            let ((x, y), (next_x, next_y)) = (at(i), at(i + 1));
            let height = match self.summation_method {
                AucSummationMethod::Interpolation => (y + next_y) / 2.0,
                AucSummationMethod::Minoring => y.min(next_y),
                AucSummationMethod::Majoring => y.max(next_y),
            };
            area += (x - next_x) * height;
        }
        area
    }
}

impl<T: Scalar + Element, Y: Element, const R: usize, const P: usize, const N: usize>
    MetricOn<SMatrix<T, R, P>, SMatrix<Y, R, P>> for Auc<N>
{
    counts_positions!(Buckets<N>; R);

    fn update_positions(
        &self,
        link: Head,
        state: &mut Buckets<N>,
        target: &SMatrix<Y, R, P>,
        prediction: &SMatrix<T, R, P>,
        _: usize,
        weight: &dyn Fn(usize) -> f64,
        _: Option<&[u32]>,
    ) {
        let link = if self.from_logits { Head::Sigmoid } else { link };
        let positions = target.as_slice().chunks_exact(R).zip(prediction.as_slice().chunks_exact(R));
        for (position, (t, p)) in positions.enumerate() {
            let weight = weight(position);
            let probability = probability(link, p);
            for (t, &p) in t.iter().zip(p) {
                state.add(t.value() != 0.0, probability(p), weight);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Score = SMatrix<f32, 1, 1>;

    fn auc<const N: usize>(metric: Auc<N>, pairs: &[(f32, f32)], weights: &[f64]) -> f64 {
        let mut state = Buckets::default();
        for (n, &(t, p)) in pairs.iter().enumerate() {
            let weight = weights.get(n).copied().unwrap_or(1.0);
            metric.update(&mut state, &Score::new(t), &Score::new(p), weight);
        }
        metric.result(&state)
    }

    const PAIRS: [(f32, f32); 4] = [(0., 0.), (0., 0.5), (1., 0.3), (1., 0.9)];

    /// The examples of Keras's documentation: `AUC(num_thresholds=3)` gives 0.75, with the weights `[1, 0, 0, 1]` 1.
    #[test]
    fn as_in_keras() {
        assert_eq!(auc(Auc::<3>::new(), &PAIRS, &[]), 0.75);
        assert_eq!(auc(Auc::<3>::new(), &PAIRS, &[1., 0., 0., 1.]), 1.0);
    }

    #[test]
    fn the_ends() {
        let metric = Auc::default();
        assert_eq!(metric.result(&Buckets::default()), 0.0);
        // All predictions in the first bucket, all in the last, and each in its own.
        assert_eq!(auc(metric, &[(0., 0.), (1., 0.)], &[]), 0.5);
        assert_eq!(auc(metric, &[(0., 1.), (1., 2.)], &[]), 0.5);
        assert_eq!(auc(metric, &[(0., -1.), (1., 1.)], &[]), 1.0);
        assert_eq!(auc(metric, &[(0., 1.), (1., f32::NAN)], &[]), 0.0);
        // One class alone has no curve.
        assert_eq!(auc(metric, &[(1., 0.25), (1., 0.75)], &[]), 0.0);
    }

    #[test]
    fn logits() {
        let metric = Auc { from_logits: true, ..Auc::default() };
        let pairs = PAIRS.map(|(t, p)| (t, (p.max(1e-6) / (1.0 - p)).ln()));
        assert_eq!(auc(metric, &pairs, &[]), auc(Auc::default(), &PAIRS, &[]));
    }
}
