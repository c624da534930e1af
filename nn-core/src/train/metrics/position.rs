//! Metrics that are a mean over positions, and the metric of a sample made from them.
//!
//! ```text
//! v(t, y)                                a position
//! V = 1/P · Σ m · v,  M = 1/P · Σ m      a sample of P positions; without a mask every m is 1
//!                                        with a weight for each position, w · m instead of m
//! result = Σ w · V / Σ w · M             so a sample counts as much as it has positions that do
//! ```

use super::{Mean, Metric};
use crate::activations::Head;

/// A metric that compares the positions of a sample one by one. [`on_positions!`] implements
/// [`MetricOn`](crate::train::metrics::MetricOn) with it.
pub(super) trait Position<T, Y>: Metric<State = Mean> {
    /// Returns the value of a position.
    fn value(&self, target: &[Y], prediction: &[T]) -> f64;

    /// Returns the value for logits, which `link` turns into probabilities.
    fn value_of_logits(&self, link: Head, target: &[Y], prediction: &[T]) -> f64 {
        let _ = link;
        self.value(target, prediction)
    }
}

/// Adds a sample of positions of `rows` scalars, which are logits if there is a link.
pub(super) fn add<T, Y, M: Position<T, Y>>(
    metric: &M,
    state: &mut Mean,
    targets: &[Y],
    predictions: &[T],
    rows: usize,
    weight: f64,
    link: Head,
    mask: Option<&[u32]>,
) {
    let one = |p: usize| if mask.is_none_or(|mask| mask[p] != 0) { 1.0 } else { 0.0 };
    add_weighted(metric, state, targets, predictions, rows, weight, one, link);
}

/// Adds a sample with a weight for each position, which is 0 if the position does not count. `scale` multiplies the
/// weights.
pub(super) fn add_weighted<T, Y, M: Position<T, Y>>(
    metric: &M,
    state: &mut Mean,
    targets: &[Y],
    predictions: &[T],
    rows: usize,
    scale: f64,
    weight: impl Fn(usize) -> f64,
    link: Head,
) {
    let positions = predictions.len() / rows;
    let pairs = targets.chunks_exact(targets.len() / positions).zip(predictions.chunks_exact(rows));
    let (mut sum, mut counted) = (0.0, 0.0);
    for (p, (target, prediction)) in pairs.enumerate() {
        let weight = weight(p);
        // Not a product, because a position that does not count may be NaN.
        if weight != 0.0 {
            sum += weight
                * match link.of_logits() {
                    false => metric.value(target, prediction),
                    true => metric.value_of_logits(link, target, prediction),
                };
            counted += weight;
        }
    }
    if counted > 0.0 {
        state.add(sum / counted, scale * counted / positions as f64);
    }
}

/// Implements [`MetricOn`](crate::train::metrics::MetricOn) for a [`Position`], with the types of predictions and
/// targets:
/// `on_positions!([T: Scalar + Element, const R: usize, const P: usize] Mse: SMatrix<T, R, P>, SMatrix<T, R, P>)`.
macro_rules! on_positions {
    ([$($generics:tt)*] $metric:ty: $prediction:ty, $target:ty) => {
        impl<$($generics)*> $crate::train::metrics::MetricOn<$prediction, $target> for $metric {
            fn update(&self, state: &mut $crate::train::metrics::Mean, target: &$target, prediction: &$prediction, weight: f64) {
                let (t, y) = (target.as_slice(), prediction.as_slice());
                $crate::train::metrics::position::add(self, state, t, y, R, weight, $crate::activations::Head::Other, None);
            }

            fn update_masked(
                &self,
                state: &mut $crate::train::metrics::Mean,
                target: &$target,
                prediction: &$prediction,
                weight: f64,
                mask: &[u32],
            ) {
                let (t, y) = (target.as_slice(), prediction.as_slice());
                $crate::train::metrics::position::add(self, state, t, y, R, weight, $crate::activations::Head::Other, Some(mask));
            }

            fn update_logits(
                &self,
                link: $crate::activations::Head,
                state: &mut $crate::train::metrics::Mean,
                target: &$target,
                prediction: &$prediction,
                weight: f64,
                mask: Option<&[u32]>,
            ) {
                let (t, y) = (target.as_slice(), prediction.as_slice());
                $crate::train::metrics::position::add(self, state, t, y, R, weight, link, mask);
            }

            fn update_positions(
                &self,
                link: $crate::activations::Head,
                state: &mut $crate::train::metrics::Mean,
                target: &$target,
                prediction: &$prediction,
                _: usize,
                weight: &dyn Fn(usize) -> f64,
                mask: Option<&[u32]>,
            ) {
                let (t, y) = (target.as_slice(), prediction.as_slice());
                let weight = |p: usize| if mask.is_none_or(|mask| mask[p] != 0) { weight(p) } else { 0.0 };
                $crate::train::metrics::position::add_weighted(self, state, t, y, R, 1.0, weight, link);
            }
        }
    };
}
pub(super) use on_positions;
