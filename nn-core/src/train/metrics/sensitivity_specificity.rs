//! The best value of one rate among the thresholds at which another rate is high enough.
//!
//! ```text
//! at threshold θ:  tp, fp, tn, fn   by weight; positive is  p > θ
//! precision = tp / (tp + fp),  recall = sensitivity = tp / (tp + fn),  specificity = tn / (tn + fp)
//! PrecisionAtRecall          max precision    where recall ≥ its bound
//! RecallAtPrecision          max recall       where precision ≥ its bound
//! SensitivityAtSpecificity   max sensitivity  where specificity ≥ its bound
//! SpecificityAtSensitivity   max specificity  where sensitivity ≥ its bound
//! ```
//!
//! There are `N` thresholds: `i / (N - 1)`. If no threshold is high enough, the result is 0. A division by 0 gives 0.
//! All scalars of a sample count, or only one class. A target is positive if it is not 0; a NaN prediction is above no
//! threshold. Source: <https://keras.io/api/metrics/classification_metrics/#precisionatrecall-class>

use super::auc::Buckets;
use super::counts::divide_no_nan;
use super::logits::probability;
use super::{Metric, MetricOn};
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// The rates at a threshold.
struct Rates {
    precision: f64,
    recall: f64,
    specificity: f64,
}

impl Rates {
    fn new(tp: f64, fp: f64, positives: f64, negatives: f64) -> Self {
        Rates {
            precision: divide_no_nan(tp, tp + fp),
            recall: divide_no_nan(tp, positives),
            specificity: divide_no_nan(negatives - fp, negatives),
        }
    }
}

macro_rules! best_at {
    ($($(#[$doc:meta])* $name:ident $text:literal: $best:ident where $bound:ident ($rate:ident);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name<const N: usize = 200> {
            /// The least value of the other rate, from 0 to 1. Outside, the result is NaN.
            pub $bound: f64,
            /// The only class that counts; all classes by default. A class that does not exist counts nothing.
            pub class_id: Option<usize>,
        }

        // Only for one `N`, so that `new` has one type.
        impl $name {
            #[doc = concat!("Creates the metric for this `", stringify!($bound), "`, with 200 thresholds and all classes.")]
            pub const fn new($bound: f64) -> Self {
                $name { $bound, class_id: None }
            }
        }

        impl<const N: usize> Metric for $name<N> {
            type State = Buckets<N>;

            fn name(&self) -> &'static str {
                $text
            }

            fn result(&self, state: &Buckets<N>) -> f64 {
                if !(0.0..=1.0).contains(&self.$bound) {
                    return f64::NAN;
                }
                state.best(|rates| (rates.$rate >= self.$bound).then_some(rates.$best))
            }
        }

        impl<T: Scalar + Element, Y: Element, const R: usize, const P: usize, const N: usize>
            MetricOn<SMatrix<T, R, P>, SMatrix<Y, R, P>> for $name<N>
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
                state.add_sample(self.class_id, link, R, target.as_slice(), prediction.as_slice(), weight);
            }
        }
    )*};
}

best_at! {
    /// The best precision among the thresholds with a recall of at least `recall`
    ///
    /// `PrecisionAtRecall::new(0.8)` has 200 thresholds. Another number `N` is part of the type:
    /// `PrecisionAtRecall::<50> { recall: 0.8, class_id: None }`.
    ///
    /// ```
    /// use nn_core::metrics::{Metric, MetricOn, PrecisionAtRecall};
    /// use nalgebra::SVector;
    ///
    /// let (metric, mut state) = (PrecisionAtRecall::new(0.5), Default::default());
    /// let t = SVector::<f32, 5>::from([0.0, 0.0, 0.0, 1.0, 1.0]);
    /// let p = SVector::<f32, 5>::from([0.0, 0.3, 0.8, 0.3, 0.8]);
    /// metric.update(&mut state, &t, &p, 1.0);
    /// assert_eq!(metric.result(&state), 0.5);
    /// ```
    PrecisionAtRecall "precision_at_recall": precision where recall (recall);
    /// The best recall among the thresholds with a precision of at least `precision`
    RecallAtPrecision "recall_at_precision": recall where precision (precision);
    /// The best sensitivity among the thresholds with a specificity of at least `specificity`
    SensitivityAtSpecificity "sensitivity_at_specificity": recall where specificity (specificity);
    /// The best specificity among the thresholds with a sensitivity of at least `sensitivity`
    SpecificityAtSensitivity "specificity_at_sensitivity": specificity where sensitivity (recall);
}

impl<const N: usize> Buckets<N> {
    /// Adds the positions of one sample. A prediction of 0 is not above the first threshold.
    fn add_sample<T: Scalar, Y: Element>(
        &mut self,
        class_id: Option<usize>,
        link: Head,
        rows: usize,
        target: &[Y],
        prediction: &[T],
        weight: &dyn Fn(usize) -> f64,
    ) {
        let positions = target.chunks_exact(rows).zip(prediction.chunks_exact(rows));
        for (position, (t, p)) in positions.enumerate() {
            let (weight, probability) = (weight(position), probability(link, p));
            for (class, (t, &p)) in t.iter().zip(p).enumerate() {
                if class_id.is_none_or(|only| only == class) {
                    self.add_above_zero(t.value() != 0.0, probability(p), weight);
                }
            }
        }
    }

    /// Returns the largest number that `of` gives for a threshold; at least 0.
    fn best(&self, of: impl Fn(Rates) -> Option<f64>) -> f64 {
        let (tp, fp, positives, negatives) = self.counts();
        let rates = tp.iter().zip(&fp).map(|(&tp, &fp)| Rates::new(tp, fp, positives, negatives));
        rates.filter_map(of).fold(0.0, f64::max)
    }
}
