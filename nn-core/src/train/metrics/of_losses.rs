//! Losses as metrics: the mean over samples of a loss, under its own type and name.
//!
//! ```text
//! Σ w · L / Σ w
//! ```
//!
//! `.metrics((Accuracy, BinaryCrossentropy::default()))` reports the same numbers as
//! `metrics=["accuracy", keras.metrics.BinaryCrossentropy()]` in Keras. Probabilities are judged as probabilities: a
//! metric does not see the logits behind an output. But if the loss of an output takes logits, a cross-entropy judges
//! the logits.
//! [`CosineSimilarity`](crate::train::losses::CosineSimilarity) as a metric has its own page, because its sign differs
//! from the loss. [`Mse`](super::Mse) and [`Mae`](super::Mae) are short names.
//!
//! Sources: <https://keras.io/api/metrics/probabilistic_metrics/>, <https://keras.io/api/metrics/regression_metrics/>,
//! <https://keras.io/api/metrics/hinge_metrics/>

use super::Mean;
use super::logits::probabilities;
use crate::activations::Head;
use crate::tensor::Sample;
use crate::tensor::scalar::Scalar;
use crate::train::losses::{Loss, LossOn};

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

/// Adds `sign` times the loss of a sample whose predictions are logits.
pub(super) fn add_logits<P: Sample<Element: Scalar>, L: LossOn<P>>(
    loss: &L,
    sign: f64,
    link: Head,
    state: &mut Mean,
    target: &L::Target,
    logits: &P,
    weight: f64,
    mask: Option<&[u32]>,
) {
    if mask.is_none()
        && let Some(value) = loss.fused(link, target, logits, None)
    {
        return state.add(sign * value.to_f64(), weight);
    }
    let converted = if judges_probabilities(loss) { probabilities(link, logits) } else { *logits };
    match mask {
        Some(mask) => add_masked(loss, sign, state, target, &converted, weight, mask),
        None => state.add(sign * loss.loss(target, &converted).to_f64(), weight),
    }
}

/// Adds `sign` times the loss of the positions of a sample by their weights, without those that the loss ignores. The
/// predictions are logits if there is a link.
pub(super) fn add_positions<P: Sample<Element: Scalar>, L: LossOn<P>>(
    loss: &L,
    sign: f64,
    link: Head,
    state: &mut Mean,
    target: &L::Target,
    prediction: &P,
    weight: &dyn Fn(usize) -> f64,
    mask: Option<&[u32]>,
) {
    let counts = |p: usize| {
        mask.is_none_or(|mask| mask.get(p).is_some_and(|&m| m != 0)) && !(loss.may_ignore() && loss.ignores(target, p))
    };
    let weight = |p: usize| if counts(p) { weight(p) } else { 0.0 };
    let total: f64 = (0..P::COLS).map(weight).sum();
    if total > 0.0 {
        let of_logits = link.of_logits() && loss.fused(link, target, prediction, None).is_some();
        let logits = of_logits.then_some((link, prediction));
        let converted = link.of_logits() && !of_logits && judges_probabilities(loss);
        let converted = if converted { probabilities(link, prediction) } else { *prediction };
        let sum = loss.weighted(target, &converted, logits, &weight, None).0.to_f64();
        state.add(sign * sum / total, total / P::COLS as f64);
    }
}

/// Whether a loss expects probabilities. The divergence of two distributions has no form for logits.
fn judges_probabilities(loss: &impl Loss) -> bool {
    loss.takes_logits() == Some(false) || loss.name() == "kl_divergence"
}

/// Makes a metric from a loss, with its name and sign:
/// `loss_metric!(Mse "mse": self => 1.0, MeanSquaredError, &MeanSquaredError)`.
macro_rules! loss_metric {
    ($metric:ident $name:literal: $self:ident => $sign:literal, $loss:ident, $value:expr) => {
        impl $crate::train::metrics::Metric for $metric {
            type State = $crate::train::metrics::Mean;

            fn name(&self) -> &'static str {
                $name
            }

            fn result(&self, state: &$crate::train::metrics::Mean) -> f64 {
                state.result()
            }
        }

        impl<P: $crate::tensor::Sample<Element: $crate::tensor::scalar::Scalar>>
            $crate::train::metrics::MetricOn<P, <$loss as $crate::train::losses::LossOn<P>>::Target> for $metric
        where
            $loss: $crate::train::losses::LossOn<P>,
        {
            fn update(
                &$self,
                state: &mut $crate::train::metrics::Mean,
                target: &<$loss as $crate::train::losses::LossOn<P>>::Target,
                prediction: &P,
                weight: f64,
            ) {
                if $crate::train::losses::LossOn::<P>::may_ignore($value) {
                    let link = $crate::activations::Head::Other;
                    return $crate::train::metrics::MetricOn::update_positions(
                        $self, link, state, target, prediction, P::COLS, &|_| weight, None,
                    );
                }
                let loss = $crate::train::losses::LossOn::loss($value, target, prediction);
                let sign: f64 = $sign;
                state.add(sign * $crate::tensor::scalar::Scalar::to_f64(loss), weight);
            }

            fn update_masked(
                &$self,
                state: &mut $crate::train::metrics::Mean,
                target: &<$loss as $crate::train::losses::LossOn<P>>::Target,
                prediction: &P,
                weight: f64,
                mask: &[u32],
            ) {
                if $crate::train::losses::LossOn::<P>::may_ignore($value) {
                    let link = $crate::activations::Head::Other;
                    return $crate::train::metrics::MetricOn::update_positions(
                        $self, link, state, target, prediction, P::COLS, &|_| weight, Some(mask),
                    );
                }
                $crate::train::metrics::of_losses::add_masked($value, $sign, state, target, prediction, weight, mask);
            }

            fn update_logits(
                &$self,
                link: $crate::activations::Head,
                state: &mut $crate::train::metrics::Mean,
                target: &<$loss as $crate::train::losses::LossOn<P>>::Target,
                prediction: &P,
                weight: f64,
                mask: Option<&[u32]>,
            ) {
                if $crate::train::losses::LossOn::<P>::may_ignore($value) {
                    return $crate::train::metrics::MetricOn::update_positions(
                        $self, link, state, target, prediction, P::COLS, &|_| weight, mask,
                    );
                }
                $crate::train::metrics::of_losses::add_logits($value, $sign, link, state, target, prediction, weight, mask);
            }

            fn update_positions(
                &$self,
                link: $crate::activations::Head,
                state: &mut $crate::train::metrics::Mean,
                target: &<$loss as $crate::train::losses::LossOn<P>>::Target,
                prediction: &P,
                _: usize,
                weight: &dyn Fn(usize) -> f64,
                mask: Option<&[u32]>,
            ) {
                $crate::train::metrics::of_losses::add_positions($value, $sign, link, state, target, prediction, weight, mask);
            }
        }
    };
}
pub(super) use loss_metric;

macro_rules! loss_metrics {
    ($($loss:ident $name:literal),* $(,)?) => {
        pub use crate::train::losses::{$($loss),*};

        $(loss_metric!($loss $name: self => 1.0, $loss, self);)*
    };
}

// The names are those of Keras's metrics; a few differ from the names of the losses.
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
    use crate::train::metrics::{Metric, MetricOn};
    use nalgebra::SMatrix;

    #[test]
    fn the_mean_of_the_loss() {
        type Sample = SMatrix<f64, 2, 1>;
        let mut state = Mean::default();
        let huber = Huber { delta: 2.0 };
        huber.update(&mut state, &Sample::new(1., 2.), &Sample::new(1., 4.), 1.0);
        huber.update(&mut state, &Sample::new(3., 4.), &Sample::new(0., 4.), 3.0);
        // 1 once and 2 three times.
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
