//! Losses as metrics: the mean over samples of a loss, under its own type and name.
//!
//! ```text
//! Σ w · L / Σ w
//! ```
//!
//! `.metrics((Accuracy, BinaryCrossentropy::default()))` reports what Keras reports for
//! `metrics=["accuracy", keras.metrics.BinaryCrossentropy()]`. Probabilities are judged as such: a metric does not see the
//! logits of an output. [`CosineSimilarity`](crate::losses::CosineSimilarity) as a metric has a page of its own, since its
//! sign is another one than that of the loss; [`Mse`](super::Mse) and [`Mae`](super::Mae) are the short names.
//!
//! Sources: <https://keras.io/api/metrics/probabilistic_metrics/>, <https://keras.io/api/metrics/regression_metrics/>,
//! <https://keras.io/api/metrics/hinge_metrics/>

use super::{Mean, Metric, MetricOn};
use crate::losses::LossOn;
use crate::scalar::Scalar;
use crate::tensor::Sample;

/// Adds `sign` times the loss of the positions of a sample that count.
pub(super) fn add_masked<P: Sample<Element: Scalar>, L: LossOn<P>>(
    loss: &L,
    sign: f64,
    state: &mut Mean,
    target: &L::Target,
    prediction: &P,
    weight: f64,
    mask: &[u32],
) {
    let counted = mask.iter().filter(|&&m| m != 0).count() as f64;
    if counted > 0.0 {
        let sum = sign * loss.masked(target, prediction, None, mask, None).0.to_f64();
        state.add(sum / counted, weight * counted / P::COLS as f64);
    }
}

macro_rules! loss_metrics {
    ($($loss:ident $name:literal),* $(,)?) => {
        pub use crate::losses::{$($loss),*};

        $(
            impl Metric for $loss {
                type State = Mean;

                fn name(&self) -> &'static str {
                    $name
                }

                fn result(&self, state: &Mean) -> f64 {
                    state.result()
                }
            }

            impl<P: Sample<Element: Scalar>> MetricOn<P, <$loss as LossOn<P>>::Target> for $loss
            where
                $loss: LossOn<P>,
            {
                fn update(&self, state: &mut Mean, target: &<$loss as LossOn<P>>::Target, prediction: &P, weight: f64) {
                    state.add(self.loss(target, prediction).to_f64(), weight);
                }

                fn update_masked(
                    &self,
                    state: &mut Mean,
                    target: &<$loss as LossOn<P>>::Target,
                    prediction: &P,
                    weight: f64,
                    mask: &[u32],
                ) {
                    add_masked(self, 1.0, state, target, prediction, weight, mask);
                }
            }
        )*
    };
}

// The names are those of Keras's metrics; a few differ from those of the losses.
loss_metrics! {
    BinaryCrossentropy "binary_crossentropy",
    BinaryFocalCrossentropy "binary_focal_crossentropy",
    CategoricalCrossentropy "categorical_crossentropy",
    CategoricalFocalCrossentropy "categorical_focal_crossentropy",
    CategoricalHinge "categorical_hinge",
    Hinge "hinge",
    Huber "huber",
    KlDivergence "kl_divergence",
    LogCosh "logcosh",
    MeanAbsoluteError "mean_absolute_error",
    MeanAbsolutePercentageError "mean_absolute_percentage_error",
    MeanSquaredError "mean_squared_error",
    MeanSquaredLogarithmicError "mean_squared_logarithmic_error",
    Poisson "poisson",
    SparseCategoricalCrossentropy "sparse_categorical_crossentropy",
    SquaredHinge "squared_hinge",
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::SMatrix;

    #[test]
    fn the_mean_of_the_loss() {
        type Sample = SMatrix<f64, 2, 1>;
        let mut state = Mean::default();
        let huber = Huber { delta: 2.0 };
        huber.update(&mut state, &Sample::new(1., 2.), &Sample::new(1., 4.), 1.0);
        huber.update(&mut state, &Sample::new(3., 4.), &Sample::new(0., 4.), 3.0);
        // 1 and 2, the latter three times.
        assert_eq!((huber.result(&state), Metric::name(&huber)), (1.75, "huber"));
    }

    #[test]
    fn targets_may_be_classes() {
        let mut state = Mean::default();
        let loss = SparseCategoricalCrossentropy::default();
        let prediction = SMatrix::<f32, 2, 1>::new(0.25, 0.75);
        MetricOn::update(&loss, &mut state, &SMatrix::<u32, 1, 1>::new(0), &prediction, 1.0);
        assert!((state.result() - 4f64.ln()).abs() < 1e-6);
    }
}
