//! [`Metrics`]: metrics over the outputs of a model.

use super::{Metric, MetricOn};
use crate::tensor::{Element, Sample, Tensors, for_each_arity};
use crate::train::losses::{SampleWeight, Weighting};

/// The metrics of all outputs `P` of a model with targets `Y`.
///
/// `()` means no metrics. One metric, or a tuple of up to six, applies to every output. The model's named struct gives
/// each output its own metric, tuple or `()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot measure the outputs of this model",
    label = "expected a metric, a tuple of metrics, or the `…Outputs` struct with one of them for each output",
    note = "metrics are values, not names in quotes: `Accuracy`, `Mae`",
    note = "several metrics are a tuple, not a list: `(Mae, Mse)` for targets of the output's shape, and `(Accuracy, \
            SparseTopKCategoricalAccuracy::new())` for the classes (`u32`) of a sparse loss",
    note = "`Mae`, `Mse`, `Precision` and their kin do not compare with classes; `Accuracy` compares with both",
    note = "explained in nn::errors::nn0503"
)]
pub trait Metrics<P: Tensors, Y: Tensors>: Clone {
    /// The state over the batches of an epoch.
    type State: Default + Clone;

    /// Adds a batch. Only [`Weighted`](super::Weighted) metrics use the weights of samples. All metrics use the masks
    /// of outputs (if they [can](MetricOn::update_masked)), and no metric uses the weights of outputs.
    fn update(
        &self,
        state: &mut Self::State,
        targets: Y::Batch<'_>,
        predictions: P::Batch<'_>,
        weighting: Weighting<'_>,
    );

    /// Calls `visit` with output, name and value of every metric, output by output.
    fn results(&self, state: &Self::State, visit: &mut dyn FnMut(usize, &'static str, f64));
}

/// A metric, or a tuple of metrics, for every output.
///
/// The trait has no parameters, so the compiler knows that the named structs of models do not implement it, and the
/// implementations of [`Metrics`] do not overlap.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a metric nor a tuple of metrics",
    note = "explained in nn::errors::nn0503"
)]
pub trait MetricSet: Clone {}

#[diagnostic::do_not_recommend]
impl<M: Metric> MetricSet for M {}

#[diagnostic::do_not_recommend]
impl<P: Tensors, Y: Tensors> Metrics<P, Y> for () {
    type State = ();

    fn update(&self, _: &mut (), _: Y::Batch<'_>, _: P::Batch<'_>, _: Weighting<'_>) {}

    fn results(&self, _: &(), _: &mut dyn FnMut(usize, &'static str, f64)) {}
}

// One metric, one output. The bound names `Metric` besides its subtrait `MetricOn` for the same reason as `MetricSet`.
#[diagnostic::do_not_recommend]
impl<P: Sample, Y: Sample, M: Metric + MetricOn<P, Y>> Metrics<P, Y> for M {
    type State = M::State;

    fn update(&self, state: &mut M::State, targets: &[Y], predictions: &[P], weighting: Weighting<'_>) {
        let (mask, link) = (weighting.mask(predictions.len() * P::COLS), weighting.link());
        for (n, (target, prediction)) in targets.iter().zip(predictions).enumerate() {
            let given = weighting.sample(n, predictions.len(), P::COLS);
            let mask = mask.map(|mask| &mask[n * P::COLS..(n + 1) * P::COLS]);
            let lacks = |p| given.at(p) == 0.0 && lacks_label::<P, Y>(target, p);
            let some_lack = (0..P::COLS).any(lacks);
            let weight = match given {
                SampleWeight::Whole(_) if some_lack && P::COLS == 1 => continue,
                SampleWeight::Whole(weight) if !some_lack => {
                    if M::WEIGHTED {
                        weight
                    } else {
                        1.0
                    }
                }
                SampleWeight::Positions(_) if !some_lack && !M::WEIGHTED => 1.0,
                _ => {
                    let weight = |p: usize| match M::WEIGHTED {
                        true => given.at(p),
                        false => f64::from(u8::from(!lacks(p))),
                    };
                    self.update_positions(link, state, target, prediction, P::COLS, &weight, mask);
                    continue;
                }
            };
            if link.of_logits() {
                self.update_logits(link, state, target, prediction, weight, mask);
                continue;
            }
            match mask {
                Some(mask) => self.update_masked(state, target, prediction, weight, mask),
                None => MetricOn::update(self, state, target, prediction, weight),
            }
        }
    }

    fn results(&self, state: &M::State, visit: &mut dyn FnMut(usize, &'static str, f64)) {
        visit(0, self.name(), self.result(state));
    }
}

/// Returns whether a position has no valid label: a number that is not finite, or a class that the output lacks.
fn lacks_label<P: Sample, Y: Sample>(target: &Y, position: usize) -> bool {
    let position = if Y::COLS == P::COLS { position } else { 0 };
    let labels = Y::flat(core::slice::from_ref(target)).chunks_exact(Y::ROWS.max(1)).nth(position);
    let outside = |class: u32| Y::ROWS == 1 && P::ROWS > 1 && class as usize >= P::ROWS;
    labels.is_some_and(|labels| labels.iter().any(|label| !label.finite() || label.index().is_some_and(outside)))
}

// Several metrics, one output.
macro_rules! tuple_metrics {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Metric),+> MetricSet for ($($name,)+) {}

        #[diagnostic::do_not_recommend]
        impl<P: Sample, Y: Sample, $($name: Metric + MetricOn<P, Y>),+> Metrics<P, Y> for ($($name,)+) {
            type State = ($($name::State,)+);

            fn update(&self, state: &mut Self::State, targets: &[Y], predictions: &[P], weighting: Weighting<'_>) {
                $(Metrics::<P, Y>::update(&self.$index, &mut state.$index, targets, predictions, weighting);)+
            }

            fn results(&self, state: &Self::State, visit: &mut dyn FnMut(usize, &'static str, f64)) {
                $(Metrics::<P, Y>::results(&self.$index, &state.$index, visit);)+
            }
        }
    };
}
tuple_metrics!(A 0);
tuple_metrics!(A 0, B 1);
tuple_metrics!(A 0, B 1, C 2);
tuple_metrics!(A 0, B 1, C 2, D 3);
tuple_metrics!(A 0, B 1, C 2, D 3, E 4);
tuple_metrics!(A 0, B 1, C 2, D 3, E 4, F 5);

// The same metrics for every output of several.
macro_rules! spread_metrics {
    ($(($name:ident $index:tt $target:ident))+) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: Sample, $target: Sample,)+ Every> Metrics<($($name,)+), ($($target,)+)> for Every
        where
            Every: MetricSet $(+ Metrics<$name, $target>)+
        {
            type State = ($(<Every as Metrics<$name, $target>>::State,)+);

            fn update(
                &self,
                state: &mut Self::State,
                targets: ($(&[$target],)+),
                predictions: ($(&[$name],)+),
                weighting: Weighting<'_>,
            ) {
                $(Metrics::<$name, $target>::update(
                    self,
                    &mut state.$index,
                    targets.$index,
                    predictions.$index,
                    weighting.only($index),
                );)+
            }

            fn results(&self, state: &Self::State, visit: &mut dyn FnMut(usize, &'static str, f64)) {
                $(Metrics::<$name, $target>::results(self, &state.$index, &mut |_, name, value| {
                    visit($index, name, value)
                });)+
            }
        }
    };
}
for_each_arity!(spread_metrics);

/// Pairs the elements of two tuples. `named!` has only one name for each field, so it cannot walk through two tuples
/// at a time in another way.
pub trait Zip<Other> {
    /// The tuple of pairs.
    type Pairs;

    /// Returns `((a, x), (b, y), ..)` for `(a, b, ..)` and `(x, y, ..)`.
    fn zip(self, other: Other) -> Self::Pairs;
}

macro_rules! zip_tuples {
    ($(($name:ident $index:tt $other:ident))+) => {
        impl<$($name,)+ $($other),+> Zip<($($other,)+)> for ($($name,)+) {
            type Pairs = ($(($name, $other),)+);

            #[inline(always)]
            fn zip(self, other: ($($other,)+)) -> Self::Pairs {
                ($((self.$index, other.$index),)+)
            }
        }
    };
}
for_each_arity!(zip_tuples);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::metrics::{Accuracy, BinaryAccuracy, Mae, Mse, Weighted};
    use nalgebra::SMatrix;
    use std::vec::Vec;

    type Digit = SMatrix<f32, 3, 1>;
    type Score = SMatrix<f32, 1, 1>;
    type Class = SMatrix<u32, 1, 1>;

    fn results<P: Tensors, Y: Tensors, M: Metrics<P, Y>>(
        metrics: M,
        targets: Y::Batch<'_>,
        predictions: P::Batch<'_>,
        weights: &[f64],
    ) -> Vec<(usize, &'static str, f64)> {
        let mut state = M::State::default();
        // Two batches: the state continues.
        let half = P::len(predictions) / 2;
        let rest = half..P::len(predictions);
        metrics.update(
            &mut state,
            Y::slice(targets, 0..half),
            P::slice(predictions, 0..half),
            Weighting { samples: &[weights.get(..half).unwrap_or(&[]); 2], ..Weighting::NONE },
        );
        metrics.update(
            &mut state,
            Y::slice(targets, rest.clone()),
            P::slice(predictions, rest),
            Weighting { samples: &[weights.get(half..).unwrap_or(&[]); 2], ..Weighting::NONE },
        );
        let mut results = Vec::new();
        metrics.results(&state, &mut |output, name, value| results.push((output, name, value)));
        results
    }

    #[test]
    fn one_output() {
        let (t, p) = ([Score::new(1.), Score::new(0.)], [Score::new(0.75), Score::new(1.)]);
        assert_eq!(results::<Score, Score, _>((), &t, &p, &[]), []);
        assert_eq!(results::<Score, Score, _>(Accuracy, &t, &p, &[]), [(0, "accuracy", 0.5)]);
        assert_eq!(results::<Score, Score, _>((Accuracy,), &t, &p, &[]), [(0, "accuracy", 0.5)]);
        assert_eq!(
            results::<Score, Score, _>(
                (Weighted(Mae), Weighted(Mse), BinaryAccuracy { threshold: 0.8 }),
                &t,
                &p,
                &[3.0, 1.0]
            ),
            [(0, "mae", 0.4375), (0, "mse", 0.296875), (0, "binary_accuracy", 0.0)]
        );
    }

    #[test]
    fn several_outputs() {
        let digits = [Digit::new(0.2, 0.5, 0.3), Digit::new(0.9, 0.1, 0.)];
        let scores = [Score::new(0.75), Score::new(1.)];
        let (classes, labels) = ([Class::new(1), Class::new(0)], [Score::new(1.), Score::new(0.)]);
        let (t, p) = ((&classes[..], &labels[..]), (&digits[..], &scores[..]));
        type Outputs = (Digit, Score);
        type Targets = (Class, Score);
        assert_eq!(results::<Outputs, Targets, _>((), t, p, &[]), []);
        assert_eq!(results::<Outputs, Targets, _>(Accuracy, t, p, &[]), [(0, "accuracy", 1.0), (1, "accuracy", 0.5)]);
        let (t, p) = ((&labels[..], &labels[..]), (&scores[..], &scores[..]));
        assert_eq!(
            results::<(Score, Score), (Score, Score), _>((Accuracy, Weighted(Mae)), t, p, &[1.0, 0.0]),
            [(0, "accuracy", 0.5), (0, "mae", 0.25), (1, "accuracy", 0.5), (1, "mae", 0.25)]
        );
    }
}
