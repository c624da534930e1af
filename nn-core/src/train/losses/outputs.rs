//! [`Losses`]: losses over the outputs of a model.

pub use crate::layer::LogitMask;

use super::domain::{Labels, LabelsOf};
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

    /// Calls `report` with output, sample and expectation for every invalid target.
    fn check(&self, targets: <Self::Targets as Tensors>::Batch<'_>, report: &mut dyn FnMut(usize, usize, Text<96>));

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

/// The facts about a loss for [lints](crate::lints) and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// [`Loss::name`]
    pub name: &'static str,
    /// [`Loss::takes_logits`]
    pub takes_logits: Option<bool>,
    /// [`Loss::link`]
    pub link: Head,
}

impl About {
    fn of<L: Loss>(loss: &L) -> About {
        About { name: loss.name(), takes_logits: loss.takes_logits(), link: loss.link() }
    }
}

/// The weights of outputs, samples and positions in a loss.
#[derive(Clone, Copy, Debug)]
pub struct Weighting<'a> {
    /// `loss_weights`: one number for each output; empty for all 1.
    pub outputs: &'a [f64],
    /// `sample_weight`: one number for each sample of the batch; empty for all 1.
    pub samples: &'a [f64],
    /// The mask of each output: one number for each position of the batch, 0 if it does not count. Empty if there are
    /// no masks.
    pub masks: &'a [Option<&'a [u32]>],
    /// The number of samples or positions of each output that count in the [whole](counted) batch, if these samples are
    /// a part of it. The loss is then a part of the batch's loss. Empty if they are the batch.
    pub counted: &'a [usize],
    /// The activation that turns each output into probabilities, if its loss takes logits; for metrics. Empty if no
    /// loss does.
    pub links: &'a [Head],
}

impl<'a> Weighting<'a> {
    /// All weights are 1.
    pub const NONE: Weighting<'static> = Weighting { outputs: &[], samples: &[], masks: &[], counted: &[], links: &[] };

    /// Returns the weighting of output `i` alone.
    pub fn only(self, i: usize) -> Self {
        let one = i..i + 1;
        Weighting {
            outputs: self.outputs.get(one.clone()).unwrap_or(&[]),
            masks: self.masks.get(one.clone()).unwrap_or(&[]),
            counted: self.counted.get(one.clone()).unwrap_or(&[]),
            links: self.links.get(one).unwrap_or(&[]),
            ..self
        }
    }

    /// Returns the weight of the first output.
    fn output(self) -> f64 {
        self.outputs.first().copied().unwrap_or(1.0)
    }

    /// Returns the weight of sample `n`.
    pub(crate) fn sample(self, n: usize) -> f64 {
        self.samples.get(n).copied().unwrap_or(1.0)
    }

    /// Returns the activation that turns the first output into probabilities.
    pub(crate) fn link(self) -> Head {
        self.links.first().copied().unwrap_or(Head::Other)
    }

    /// Returns the mask of the first output if it has one number for each of `positions`. A mask of another length
    /// does not apply: a layer at every step may have made several positions of each.
    pub(crate) fn mask(self, positions: usize) -> Option<&'a [u32]> {
        valid(self.masks.first().copied().flatten(), positions)
    }
}

/// Returns the mask if it has this number of positions.
fn valid(mask: Option<&[u32]>, positions: usize) -> Option<&[u32]> {
    mask.filter(|mask| mask.len() == positions)
}

/// Returns the divisor of an output's loss: the number of its samples, or with a mask for each of its `positions`, the
/// number of positions that count.
pub fn counted(mask: Option<&[u32]>, samples: usize, positions: usize) -> usize {
    valid(mask, positions).map_or(samples, |mask| mask.iter().filter(|&&m| m != 0).count())
}

/// Computes the loss of one output, and its gradient times the weight of the output.
///
/// ```text
/// Σ wₙ · Lₙ / N                   over the samples of the batch
/// Σ wₙ · Σ m · l / Σ m            with a mask, over the positions of all samples; 0 if none counts
/// ```
fn evaluate_one<P: Sample<Element: Scalar>, L: LossOn<P>>(
    loss: &L,
    targets: &[L::Target],
    predictions: &[P],
    logits: Option<&[P]>,
    head: Head,
    weighting: Weighting<'_>,
    mut gradients: Option<&mut [P]>,
) -> (f64, bool) {
    let mask = weighting.mask(predictions.len() * P::COLS);
    let whole = weighting.counted.first().copied();
    let counted = whole.unwrap_or_else(|| counted(mask, predictions.len(), predictions.len() * P::COLS));
    let counted = counted.max(1) as f64;
    let mut sum = 0.0;
    let mut from_logits = false;
    for (n, (target, prediction)) in targets.iter().zip(predictions).enumerate() {
        let mut gradient = gradients.as_deref_mut().and_then(|gradients| gradients.get_mut(n));
        let logits = logits.and_then(|logits| Some((head, logits.get(n)?)));
        let mask = mask.and_then(|mask| mask.get(n * P::COLS..(n + 1) * P::COLS));
        let (value, fused) = match mask {
            Some(mask) => loss.masked(target, prediction, logits, mask, gradient.as_deref_mut()),
            None => judge(loss, target, prediction, logits, gradient.as_deref_mut()),
        };
        from_logits = fused;
        sum += weighting.sample(n) * value.to_f64();
        if let Some(gradient) = gradient {
            let scale = P::Element::of(weighting.output() * weighting.sample(n) / counted);
            for gradient in P::flat_mut(core::slice::from_mut(gradient)) {
                *gradient *= scale;
            }
        }
    }
    (sum / counted, from_logits)
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
    report: &mut dyn FnMut(usize, usize, Text<96>),
) {
    // Without a loss, the number of targets is unlimited.
    let targets = if L::JUDGES { targets } else { &[] };
    for (n, target) in targets.iter().enumerate() {
        if let Err(expected) = loss.check(target) {
            report(output, n, expected);
        }
    }
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

    fn check(&self, targets: &[L::Target], report: &mut dyn FnMut(usize, usize, Text<96>)) {
        check_one(self, 0, targets, report);
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
            report: &mut dyn FnMut(usize, usize, Text<96>),
        ) {
            $(check_one::<$name, _>(&$loss, $i, targets.$i, report);)+
        }

        fn labels(&$this, targets: <Self::Targets as Tensors>::Batch<'_>, visit: &mut dyn FnMut(usize, &dyn Labels)) {
            $(labels_of::<$name, _>(&$loss, $i, targets.$i, visit);)+
        }
    };
}
for_each_arity!(spread_losses);
