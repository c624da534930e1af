//! True and false positives and negatives, each as a metric of its own.
//!
//! ```text
//! TruePositives    Σ w where the target is positive, and the prediction too
//! FalsePositives   Σ w where the target is negative, but the prediction positive
//! TrueNegatives    Σ w where the target is negative, and the prediction too
//! FalseNegatives   Σ w where the target is positive, but the prediction negative
//! ```
//!
//! All scalars of a sample count. A target is positive if it is not 0. A prediction is positive if it is above the
//! threshold, so NaN is not. The numbers are sums over all batches; the weight is 1, except in
//! [`Weighted`](super::Weighted). Source: <https://keras.io/api/metrics/classification_metrics/#truepositives-class>

use super::counts::{Choice, Counts};
use super::{Metric, MetricOn};
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

macro_rules! confusion_counts {
    ($($(#[$doc:meta])* $name:ident $text:literal: $field:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name {
            /// The threshold: a prediction above it counts as positive. The default is 0.5.
            ///
            /// Keras takes several thresholds and gives several numbers; here each is its own metric.
            pub threshold: f64,
        }

        impl Default for $name {
            fn default() -> Self {
                $name { threshold: 0.5 }
            }
        }

        impl Metric for $name {
            type State = Counts;

            fn name(&self) -> &'static str {
                $text
            }

            fn result(&self, state: &Counts) -> f64 {
                state.$field
            }
        }

        impl<T: Scalar + Element, Y: Element, const R: usize, const P: usize>
            MetricOn<SMatrix<T, R, P>, SMatrix<Y, R, P>> for $name
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
                let choice = Choice { threshold: Some(self.threshold), top_k: None, class_id: None, link };
                choice.add_sample(state, R, target.as_slice(), prediction.as_slice(), weight);
            }
        }
    )*};
}

confusion_counts! {
    /// The number of positive targets with a positive prediction
    ///
    /// ```
    /// use nn_core::metrics::{Metric, MetricOn, TruePositives};
    /// use nalgebra::SVector;
    ///
    /// let (metric, mut state) = (TruePositives { threshold: 0.7 }, Default::default());
    /// let (t, p) = (SVector::<f32, 3>::new(1.0, 1.0, 0.0), SVector::<f32, 3>::new(0.9, 0.6, 0.8));
    /// metric.update(&mut state, &t, &p, 1.0);
    /// assert_eq!(metric.result(&state), 1.0);
    /// ```
    TruePositives "true_positives": true_positives;
    /// The number of negative targets with a positive prediction
    FalsePositives "false_positives": false_positives;
    /// The number of negative targets with a negative prediction
    TrueNegatives "true_negatives": true_negatives;
    /// The number of positive targets with a negative prediction
    FalseNegatives "false_negatives": false_negatives;
}
