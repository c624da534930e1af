//! F1 score: the harmonic mean of precision and recall of each class.
//!
//! ```text
//! precision = tp / (tp + fp + 1e-7),  recall = tp / (tp + fn + 1e-7)
//! f = 2 · precision · recall / (precision + recall + 1e-7)
//! macro:     1/C · Σ f
//! weighted:  Σ s · f / (Σ s + 1e-7)        s: the sum of the targets of a class
//! micro:     f of the sums of tp, fp and fn over all classes
//! ```
//!
//! Without a threshold, the classes with the largest prediction are positive: all of them if several are equal, and
//! none if the largest is 0 or one is NaN. With a threshold, the classes above it are positive. Keras's default,
//! `average=None`, gives a number for each class. A metric here is one number, so the default is macro, and
//! [`F1Average::Class`] gives the number of one class. Positions count as samples; Keras accepts only one position.
//! Source: <https://keras.io/api/metrics/classification_metrics/#f1score-class>

use super::logits::above;
use super::{Metric, MetricOn};
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// Keras's `epsilon()`.
const EPSILON: f64 = 1e-7;

/// The combination of the classes' scores into one number
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum F1Average {
    /// The mean of all classes: the default.
    #[default]
    Macro,
    /// The score of all decisions together.
    Micro,
    /// The mean, weighted by each class's number of targets.
    Weighted,
    /// The score of one class; 0 for a class that does not exist.
    Class(usize),
}

/// The F1 score of `C` classes with one-hot (or several-hot) targets
///
/// The output determines `C`: `.metrics(F1Score::default())`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct F1Score<const C: usize> {
    /// The combination of the classes' scores; macro by default.
    pub average: F1Average,
    /// The threshold: a prediction above it counts as positive. Without it, the default, the largest prediction does.
    pub threshold: Option<f64>,
}

/// The counts of a class, by weight. The sum of its targets is the sum of true positives and false negatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    true_positives: f64,
    false_positives: f64,
    false_negatives: f64,
}

impl Counts {
    fn support(&self) -> f64 {
        self.true_positives + self.false_negatives
    }

    fn f1(&self) -> f64 {
        let precision = self.true_positives / (self.true_positives + self.false_positives + EPSILON);
        let recall = self.true_positives / (self.support() + EPSILON);
        2.0 * precision * recall / (precision + recall + EPSILON)
    }
}

/// The counts of all classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classes<const C: usize>([Counts; C]);

impl<const C: usize> Default for Classes<C> {
    fn default() -> Self {
        Classes([Counts::default(); C])
    }
}

impl<const C: usize> Metric for F1Score<C> {
    type State = Classes<C>;

    fn name(&self) -> &'static str {
        "f1_score"
    }

    fn result(&self, Classes(classes): &Classes<C>) -> f64 {
        match self.average {
            F1Average::Macro => classes.iter().map(Counts::f1).sum::<f64>() / C as f64,
            F1Average::Micro => {
                let mut sum = Counts::default();
                for class in classes {
                    sum.true_positives += class.true_positives;
                    sum.false_positives += class.false_positives;
                    sum.false_negatives += class.false_negatives;
                }
                sum.f1()
            }
            F1Average::Weighted => {
                let total = classes.iter().map(Counts::support).sum::<f64>() + EPSILON;
                classes.iter().map(|class| class.f1() * (class.support() / total)).sum()
            }
            F1Average::Class(class) => classes.get(class).map_or(0.0, Counts::f1),
        }
    }
}

impl<T: Scalar + Element, Y: Element, const C: usize, const P: usize> MetricOn<SMatrix<T, C, P>, SMatrix<Y, C, P>>
    for F1Score<C>
{
    counts_positions!(Classes<C>; C);

    fn update_positions(
        &self,
        link: Head,
        state: &mut Classes<C>,
        target: &SMatrix<Y, C, P>,
        prediction: &SMatrix<T, C, P>,
        _: usize,
        weight: &dyn Fn(usize) -> f64,
        _: Option<&[u32]>,
    ) {
        let positions = target.as_slice().chunks_exact(C).zip(prediction.as_slice().chunks_exact(C));
        for (position, (t, p)) in positions.enumerate() {
            let weight = weight(position);
            if weight == 0.0 {
                continue;
            }
            // NaN if one is NaN, so that no class is positive.
            let largest =
                p.iter().fold(p[0], |max, &p| if p <= max || max.partial_cmp(&max).is_none() { max } else { p });
            let above = self.threshold.map(|threshold| above(link, p, threshold));
            for ((counts, t), &p) in state.0.iter_mut().zip(t).zip(p) {
                let positive = match &above {
                    Some(above) => above(p),
                    // A probability of 0 is not positive, but a logit of 0 is.
                    None => p >= largest && (link.of_logits() || p.abs() > T::of(1e-9)),
                };
                let t = t.value();
                if positive {
                    counts.true_positives += weight * t;
                    counts.false_positives += weight * (1.0 - t);
                } else {
                    counts.false_negatives += weight * t;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Sample = SMatrix<f64, 3, 1>;

    fn state(metric: &F1Score<3>) -> Classes<3> {
        let samples = [
            (Sample::new(1., 1., 1.), Sample::new(0.2, 0.6, 0.7)),
            (Sample::new(1., 0., 0.), Sample::new(0.2, 0.6, 0.6)),
            (Sample::new(1., 1., 0.), Sample::new(0.6, 0.8, 0.)),
        ];
        let mut state = Classes::default();
        for (target, prediction) in samples {
            metric.update(&mut state, &target, &prediction, 1.0);
        }
        state
    }

    /// The example of Keras's documentation: `F1Score(threshold=0.5)` gives `[0.5, 0.8, 0.6666667]`.
    #[test]
    fn as_in_keras() {
        let metric = F1Score { threshold: Some(0.5), ..F1Score::default() };
        let classes = [0, 1, 2, 3].map(|class| F1Score { average: F1Average::Class(class), ..metric });
        let got = classes.map(|metric| metric.result(&state(&metric)));
        let expected = [0.5, 0.8, 2.0 / 3.0, 0.0];
        assert!(got.iter().zip(expected).all(|(got, expected)| (got - expected).abs() < 1e-6), "{got:?}");
        let averages = [
            (F1Average::Macro, (0.5 + 0.8 + 2.0 / 3.0) / 3.0),
            (F1Average::Micro, 2.0 / 3.0),
            (F1Average::Weighted, (3.0 * 0.5 + 2.0 * 0.8 + 2.0 / 3.0) / 6.0),
        ];
        for (average, expected) in averages {
            let got = F1Score { average, ..metric }.result(&state(&metric));
            assert!((got - expected).abs() < 1e-6, "{average:?}: {got}");
        }
    }

    #[test]
    fn equal_maxima_are_all_positive_and_zero_is_not() {
        let metric = F1Score::default();
        let mut state = Classes::default();
        metric.update(&mut state, &Sample::new(1., 0., 0.), &Sample::new(0.5, 0.5, 0.25), 2.0);
        metric.update(&mut state, &Sample::new(1., 0., 0.), &Sample::zeros(), 1.0);
        let classes = state.0.map(|class| (class.true_positives, class.false_positives, class.false_negatives));
        assert_eq!(classes, [(2., 0., 1.), (0., 2., 0.), (0., 0., 0.)]);
    }
}
