//! [`Losses`]: losses over the outputs of a model.

pub use crate::layer::LogitMask;

use super::about::About;
use super::domain::{Labels, LabelsOf};
use super::weighting::{SampleWeight, Weighting, counted};
use super::{Loss, LossOn};
use crate::activations::Head;
use crate::spec::settings::Setting;
use crate::spec::text::Text;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Shareable;
use crate::tensor::{Sample, Tensors, for_each_arity};

/// The losses of all outputs `P` of a model: one loss for all, a tuple with one for each, or the model's named struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no loss to the outputs of this model",
    label = "expected one loss for all outputs, or a tuple or `…Outputs` struct with one loss for each output",
    note = "losses are values, not names in quotes: `MeanSquaredError`, `BinaryCrossentropy::new()`; `()` is none; several are \
            a tuple, not a list",
    note = "a metric is no loss: `Mse` stands for `MeanSquaredError`, and `Mae` for `MeanAbsoluteError`",
    note = "a loss of your own implements `nn::losses::Loss` and `nn::losses::LossOn<P>`, where `P` is the type of the output",
    note = "explained in nn::errors::nn0502"
)]
pub trait Losses<P: Tensors>: Shareable {
    /// The targets of all outputs.
    type Targets: Tensors;

    /// Computes the unweighted loss of every output into `losses`, and returns the mask of logits. If gradients are
    /// wanted, adds the weighted gradients to `gradients`.
    fn evaluate(
        &self,
        targets: <Self::Targets as Tensors>::Batch<'_>,
        predictions: P::Batch<'_>,
        logits: P::Optional<'_>,
        heads: &[Head],
        weighting: Weighting<'_>,
        gradients: Option<P::BatchMut<'_>>,
        losses: &mut [f64],
    ) -> LogitMask;

    /// Calls `report` with output, sample and expectation for every invalid target. Targets of weight 0 are valid.
    fn check(
        &self,
        targets: <Self::Targets as Tensors>::Batch<'_>,
        weighting: Weighting<'_>,
        report: &mut dyn FnMut(usize, usize, Text<96>),
    );

    /// Adds the divisor of the loss of each output to `counted`, for a part of a batch with this number of samples and
    /// these masks: see [`Weighting::counted`].
    fn count(
        &self,
        targets: <Self::Targets as Tensors>::Batch<'_>,
        masks: &[Option<&[u32]>],
        samples: usize,
        counted: &mut [usize],
    );

    /// Calls `visit` with every output that has a loss, and its labels.
    fn labels(&self, targets: <Self::Targets as Tensors>::Batch<'_>, visit: &mut dyn FnMut(usize, &dyn Labels)) {
        let (_, _) = (targets, visit);
    }

    /// Calls `visit` with the settings of the loss of this output.
    fn settings(&self, output: usize, visit: &mut dyn FnMut(Setting)) {
        let (_, _) = (output, visit);
    }

    /// Whether this output has a loss other than `()`.
    fn judges(&self, output: usize) -> bool {
        let _ = output;
        true
    }

    /// Returns the facts about the loss of this output, for [lints](crate::lints).
    fn about(&self, output: usize) -> About {
        let _ = output;
        About::default()
    }
}

/// Computes the loss of one output, and its gradient times the weight of the output.
///
/// ```text
/// Σ wₙ · Lₙ / N                   over the samples of the batch
/// Σ wₙₚ · lₙₚ / (N · P)           with a weight for each of P positions
/// Σ wₙₚ · m · l / Σ m             with a mask, over the positions of all samples; 0 if none counts
/// ```
///
/// The mask leaves out the positions that the loss ignores, too. Nothing is computed where a weight is 0, because a
/// label may be missing there.
fn evaluate_one<P: Sample<Element: Scalar>, L: LossOn<P>>(
    loss: &L,
    targets: &[L::Target],
    predictions: &[P],
    logits: Option<&[P]>,
    head: Head,
    weighting: Weighting<'_>,
    mut gradients: Option<&mut [P]>,
) -> (f64, bool) {
    let samples = predictions.len();
    let mask = weighting.mask(samples * P::COLS);
    let counted = weighting.counted.first().copied();
    let counted = counted.unwrap_or_else(|| counted_by::<P, L>(loss, targets, mask, samples)).max(1) as f64;
    let mut sum = 0.0;
    let mut from_logits = false;
    for (n, (target, prediction)) in targets.iter().zip(predictions).enumerate() {
        let mut gradient = gradients.as_deref_mut().and_then(|gradients| gradients.get_mut(n));
        let weight = weighting.sample(n, samples, P::COLS);
        if weight.is_zero() {
            if let Some(gradient) = gradient {
                crate::tensor::clear(core::slice::from_mut(gradient));
            }
            continue;
        }
        let logits = logits.and_then(|logits| Some((head, logits.get(n)?)));
        let mask = mask.and_then(|mask| mask.get(n * P::COLS..(n + 1) * P::COLS));
        let (weight, (value, fused)) = match (weight, mask) {
            (SampleWeight::Whole(weight), None) if !loss.may_ignore() => {
                (weight, judge(loss, target, prediction, logits, gradient.as_deref_mut()))
            }
            (SampleWeight::Whole(weight), Some(mask)) if !loss.may_ignore() => {
                (weight, loss.masked(target, prediction, logits, mask, gradient.as_deref_mut()))
            }
            _ => {
                let all = mask.is_none() && !loss.may_ignore();
                let at = |p: usize| if counts(loss, target, mask, p) { weight.at(p) } else { 0.0 };
                let judged = loss.weighted(target, prediction, logits, &at, gradient.as_deref_mut());
                (if all { 1.0 / P::COLS as f64 } else { 1.0 }, judged)
            }
        };
        from_logits = fused;
        sum += weight * value.to_f64();
        if let Some(gradient) = gradient {
            let scale = P::Element::of(weighting.output() * weight / counted);
            for gradient in P::flat_mut(core::slice::from_mut(gradient)) {
                *gradient *= scale;
            }
        }
    }
    (sum / counted, from_logits)
}

/// Returns whether a position of a sample is neither masked nor ignored by the loss.
fn counts<P: Sample, L: LossOn<P>>(loss: &L, target: &L::Target, mask: Option<&[u32]>, position: usize) -> bool {
    mask.is_none_or(|mask| mask.get(position).is_some_and(|&m| m != 0))
        && !(loss.may_ignore() && loss.ignores(target, position))
}

/// Returns the divisor of an output's loss: see [`counted`]. Positions that the loss ignores do not count.
fn counted_by<P: Sample, L: LossOn<P>>(loss: &L, targets: &[L::Target], mask: Option<&[u32]>, samples: usize) -> usize {
    if !loss.may_ignore() {
        return counted(mask, samples, samples * P::COLS);
    }
    let of = |(n, target)| {
        let mask = mask.and_then(|mask| mask.get(n * P::COLS..(n + 1) * P::COLS));
        (0..P::COLS).filter(|&p| counts::<P, L>(loss, target, mask, p)).count()
    };
    targets.iter().take(samples).enumerate().map(of).sum()
}

/// Returns the loss of one sample without a mask, and whether the gradient is with respect to the logits.
fn judge<P: Sample, L: LossOn<P>>(
    loss: &L,
    target: &L::Target,
    prediction: &P,
    logits: Option<(Head, &P)>,
    mut gradient: Option<&mut P>,
) -> (P::Element, bool) {
    let fused =
        logits.and_then(|(head, logits)| loss.fused_with(head, target, prediction, logits, gradient.as_deref_mut()));
    if let Some(value) = fused {
        return (value, true);
    }
    if let Some(gradient) = gradient {
        loss.gradient(target, prediction, gradient);
    }
    (loss.loss(target, prediction), false)
}

fn check_one<P: Sample, L: LossOn<P>>(
    loss: &L,
    output: usize,
    targets: &[L::Target],
    weighting: Weighting<'_>,
    report: &mut dyn FnMut(usize, usize, Text<96>),
) {
    // Without a loss, the number of targets is unlimited.
    let targets = if L::JUDGES { targets } else { &[] };
    for (n, target) in targets.iter().enumerate() {
        let Err(expected) = loss.check(target) else { continue };
        let weight = weighting.sample(n, targets.len(), P::COLS);
        if let Err(expected) = check_counted::<P, L>(loss, target, weight, expected) {
            report(output, n, expected);
        }
    }
}

/// Checks an invalid target again without its positions of weight 0.
fn check_counted<P: Sample, L: LossOn<P>>(
    loss: &L,
    target: &L::Target,
    weight: SampleWeight<'_>,
    expected: Text<96>,
) -> Result<(), Text<96>> {
    let SampleWeight::Positions(weights) = weight else {
        return if weight.is_zero() { Ok(()) } else { Err(expected) };
    };
    let Some(first) = weights.iter().position(|&weight| weight != 0.0) else { return Ok(()) };
    if L::Target::COLS != P::COLS {
        return Err(expected);
    }
    let mut others = *target;
    let zeros = weights.iter().enumerate().filter(|(_, weight)| **weight == 0.0);
    zeros.for_each(|(p, _)| super::masked::copy(&mut others, first, p));
    loss.check(&others)
}

fn labels_of<P: Sample, L: LossOn<P>>(
    loss: &L,
    output: usize,
    targets: &[L::Target],
    visit: &mut dyn FnMut(usize, &dyn Labels),
) {
    if L::JUDGES {
        visit(output, &LabelsOf { domain: loss.domain(), targets });
    }
}

// The bound names `Loss` besides its subtrait `LossOn` because `Loss` has no parameters. The compiler then knows that
// tuples and the named structs of models are no losses, and the implementations do not overlap.
#[diagnostic::do_not_recommend]
impl<P: Sample<Element: Scalar>, L: Loss + LossOn<P>> Losses<P> for L {
    type Targets = L::Target;

    fn evaluate(
        &self,
        targets: &[L::Target],
        predictions: &[P],
        logits: Option<&[P]>,
        heads: &[Head],
        weighting: Weighting<'_>,
        gradients: Option<&mut [P]>,
        losses: &mut [f64],
    ) -> LogitMask {
        let head = heads.first().copied().unwrap_or_default();
        let (loss, from_logits) = evaluate_one(self, targets, predictions, logits, head, weighting, gradients);
        losses.iter_mut().take(1).for_each(|first| *first = loss);
        from_logits as LogitMask
    }

    fn check(&self, targets: &[L::Target], weighting: Weighting<'_>, report: &mut dyn FnMut(usize, usize, Text<96>)) {
        check_one(self, 0, targets, weighting, report);
    }

    fn count(&self, targets: &[L::Target], masks: &[Option<&[u32]>], samples: usize, counted: &mut [usize]) {
        let mask = Weighting { masks, ..Weighting::NONE }.mask(samples * P::COLS);
        counted.iter_mut().take(1).for_each(|sum| *sum += counted_by::<P, L>(self, targets, mask, samples));
    }

    fn labels(&self, targets: &[L::Target], visit: &mut dyn FnMut(usize, &dyn Labels)) {
        labels_of(self, 0, targets, visit);
    }

    fn settings(&self, _: usize, visit: &mut dyn FnMut(Setting)) {
        Loss::settings(self, visit);
    }

    fn judges(&self, _: usize) -> bool {
        L::JUDGES
    }

    fn about(&self, _: usize) -> About {
        About::of(self)
    }
}

macro_rules! spread_losses {
    ($(($name:ident $index:tt $loss:ident))+) => {
        // One loss for all outputs.
        #[diagnostic::do_not_recommend]
        impl<$($name: Sample<Element: Scalar>,)+ Every> Losses<($($name,)+)> for Every
        where
            Every: Loss $(+ LossOn<$name>)+
        {
            type Targets = ($(<Every as LossOn<$name>>::Target,)+);

            spread_losses! { @methods self [$($name)+] [$($index)+] [$((*self) $index)+] }

            fn settings(&self, _: usize, visit: &mut dyn FnMut(Setting)) {
                Loss::settings(self, visit);
            }

            fn judges(&self, _: usize) -> bool {
                Every::JUDGES
            }

            fn about(&self, _: usize) -> About {
                About::of(self)
            }
        }

        // One loss for each output.
        #[diagnostic::do_not_recommend]
        impl<$($name: Sample<Element: Scalar>, $loss: Loss + LossOn<$name>),+> Losses<($($name,)+)> for ($($loss,)+) {
            type Targets = ($($loss::Target,)+);

            spread_losses! { @methods self [$($name)+] [$($index)+] [$((self.$index) $index)+] }

            fn settings(&self, output: usize, visit: &mut dyn FnMut(Setting)) {
                $(if output == $index {
                    Loss::settings(&self.$index, visit);
                })+
            }

            fn judges(&self, output: usize) -> bool {
                [$($loss::JUDGES),+].get(output).copied().unwrap_or(true)
            }

            fn about(&self, output: usize) -> About {
                [$(About::of(&self.$index)),+].get(output).copied().unwrap_or_default()
            }
        }
    };
    // `self` is passed in, because the macro's own `self` would be another name in the bodies.
    (@methods $this:ident [$($name:ident)+] [$($index:tt)+] [$(($loss:expr) $i:tt)+]) => {
        fn evaluate(
            &$this,
            targets: <Self::Targets as Tensors>::Batch<'_>,
            predictions: ($(&[$name],)+),
            logits: ($(Option<&[$name]>,)+),
            heads: &[Head],
            weighting: Weighting<'_>,
            gradients: Option<($(&mut [$name],)+)>,
            losses: &mut [f64],
        ) -> LogitMask {
            let mut gradients: ($(Option<&mut [$name]>,)+) = match gradients {
                Some(gradients) => ($(Some(gradients.$index),)+),
                None => ($(None::<&mut [$name]>,)+),
            };
            let mut logit_mask = 0;
            $(
                let (loss, from_logits) = evaluate_one(
                    &$loss,
                    targets.$i,
                    predictions.$i,
                    logits.$i,
                    heads.get($i).copied().unwrap_or_default(),
                    weighting.only($i),
                    gradients.$i.take(),
                );
                losses.iter_mut().skip($i).take(1).for_each(|own| *own = loss);
                logit_mask |= (from_logits as LogitMask) << $i;
            )+
            logit_mask
        }

        fn check(
            &$this,
            targets: <Self::Targets as Tensors>::Batch<'_>,
            weighting: Weighting<'_>,
            report: &mut dyn FnMut(usize, usize, Text<96>),
        ) {
            $(check_one::<$name, _>(&$loss, $i, targets.$i, weighting.only($i), report);)+
        }

        fn count(
            &$this,
            targets: <Self::Targets as Tensors>::Batch<'_>,
            masks: &[Option<&[u32]>],
            samples: usize,
            counted: &mut [usize],
        ) {
            $({
                let mask = Weighting { masks, ..Weighting::NONE }.only($i).mask(samples * $name::COLS);
                let own = counted_by::<$name, _>(&$loss, targets.$i, mask, samples);
                counted.iter_mut().skip($i).take(1).for_each(|sum| *sum += own);
            })+
        }

        fn labels(&$this, targets: <Self::Targets as Tensors>::Batch<'_>, visit: &mut dyn FnMut(usize, &dyn Labels)) {
            $(labels_of::<$name, _>(&$loss, $i, targets.$i, visit);)+
        }
    };
}
for_each_arity!(spread_losses);
