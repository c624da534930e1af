//! [`Losses`]: losses over the outputs of a model.

use super::{Loss, LossOn, masked};
use crate::activations::Head;
use crate::scalar::Scalar;
use crate::tensor::{Sample, Tensors, for_each_arity};
use crate::text::Text;

/// For each output a bit: whether its gradient is with respect to the logits instead of the output.
pub type Seeds = u32;

/// The losses of all outputs `P` of a model: one loss for all, a tuple with one for each, or the model's named struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no loss to the outputs of this model",
    label = "expected one loss for all outputs, or a tuple or `…Outputs` struct with one loss for each output",
    note = "the outputs of the model are `{P}`",
    note = "losses are values, such as `MeanSquaredError` and `BinaryCrossentropy::default()`; `()` is none; one of your own \
            implements `nn::losses::Loss` and `nn::losses::LossOn<P>`, where `P` is the type of the output",
    note = "explained in nn::errors::nn0502"
)]
pub trait Losses<P: Tensors> {
    /// The targets of all outputs.
    type Targets: Tensors;

    /// The loss of every output, without its weight, in `losses`, and the seeds. Adds the weighted gradients to
    /// `gradients` if they are wanted.
    fn evaluate(
        &self,
        targets: <Self::Targets as Tensors>::Batch<'_>,
        predictions: P::Batch<'_>,
        logits: P::Optional<'_>,
        heads: &[Head],
        weighting: Weighting<'_>,
        gradients: Option<P::BatchMut<'_>>,
        losses: &mut [f64],
    ) -> Seeds;

    /// Calls `report` with output, sample and what was expected for every invalid target.
    fn check(&self, targets: <Self::Targets as Tensors>::Batch<'_>, report: &mut dyn FnMut(usize, usize, Text<96>));

    /// Whether this output has a loss, that is another one than `()`.
    fn judges(&self, output: usize) -> bool {
        let _ = output;
        true
    }

    /// The loss of this output, for [lints](crate::lints).
    fn about(&self, output: usize) -> About {
        let _ = output;
        About::default()
    }
}

/// What [lints](crate::lints) know of a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// [`Loss::name`]
    pub name: &'static str,
    /// [`Loss::takes_logits`]
    pub takes_logits: Option<bool>,
}

impl About {
    fn of<L: Loss>(loss: &L) -> About {
        About { name: loss.name(), takes_logits: loss.takes_logits() }
    }
}

/// The weights of outputs and samples in a loss.
#[derive(Clone, Copy, Debug)]
pub struct Weighting<'a> {
    /// `loss_weights`: one number for each output; empty for all 1.
    pub outputs: &'a [f64],
    /// `sample_weight`: one number for each sample of the batch; empty for all 1.
    pub samples: &'a [f64],
    /// The mask of each output: 0 at the positions of the batch that do not count; empty for none at all.
    pub masks: &'a [Option<&'a [u32]>],
}

impl Weighting<'_> {
    /// All weights are 1.
    pub const NONE: Weighting<'static> = Weighting { outputs: &[], samples: &[], masks: &[] };

    fn output(&self, i: usize) -> f64 {
        self.outputs.get(i).copied().unwrap_or(1.0)
    }

    fn mask(&self, i: usize) -> Option<&[u32]> {
        self.masks.get(i).copied().flatten()
    }
}

/// One output: `Σ wₙ · Lₙ / N`, and its gradient times the weight of the output.
fn evaluate_one<P: Sample<Element: Scalar>, L: LossOn<P>>(
    loss: &L,
    targets: &[L::Target],
    predictions: &[P],
    logits: Option<&[P]>,
    head: Head,
    output: usize,
    weighting: Weighting<'_>,
    mut gradients: Option<&mut [P]>,
) -> (f64, bool) {
    let (weight, sample_weights) = (weighting.output(output), weighting.samples);
    if let Some(mask) = weighting.mask(output) {
        let logits = logits.map(|logits| (head, logits));
        let gradients = gradients.as_deref_mut();
        let masked = masked::evaluate(loss, targets, predictions, logits, weight, sample_weights, mask, gradients);
        if let Some(masked) = masked {
            return masked;
        }
    }
    let count = predictions.len();
    let mut sum = 0.0;
    let mut from_logits = false;
    for n in 0..count {
        let sample_weight = sample_weights.get(n).copied().unwrap_or(1.0);
        let mut gradient = gradients.as_deref_mut().map(|gradients| &mut gradients[n]);
        let fused = match logits {
            Some(logits) => loss.fused(head, &targets[n], &logits[n], gradient.as_deref_mut()),
            None => None,
        };
        from_logits = fused.is_some();
        let value = fused.unwrap_or_else(|| {
            if let Some(gradient) = gradient.as_deref_mut() {
                loss.gradient(&targets[n], &predictions[n], gradient);
            }
            loss.loss(&targets[n], &predictions[n])
        });
        sum += sample_weight * value.to_f64();
        if let Some(gradient) = gradient {
            let scale = P::Element::of(weight * sample_weight / count as f64);
            for gradient in P::flat_mut(core::slice::from_mut(gradient)) {
                *gradient *= scale;
            }
        }
    }
    (sum / count.max(1) as f64, from_logits)
}

fn check_one<P: Sample, L: LossOn<P>>(
    loss: &L,
    output: usize,
    targets: &[L::Target],
    report: &mut dyn FnMut(usize, usize, Text<96>),
) {
    // Where there is no loss, there is no end of targets either.
    let targets = if L::JUDGES { targets } else { &[] };
    for (n, target) in targets.iter().enumerate() {
        if let Err(expected) = loss.check(target) {
            report(output, n, expected);
        }
    }
}

// `Loss` is named beside `LossOn`, its subtrait: it has no parameters, so the compiler knows that tuples and the named
// structs of models are no losses, and the implementations do not overlap.
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
    ) -> Seeds {
        let (loss, from_logits) = evaluate_one(self, targets, predictions, logits, heads[0], 0, weighting, gradients);
        losses[0] = loss;
        from_logits as Seeds
    }

    fn check(&self, targets: &[L::Target], report: &mut dyn FnMut(usize, usize, Text<96>)) {
        check_one(self, 0, targets, report);
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

            fn judges(&self, output: usize) -> bool {
                [$($loss::JUDGES),+].get(output).copied().unwrap_or(true)
            }

            fn about(&self, output: usize) -> About {
                [$(About::of(&self.$index)),+].get(output).copied().unwrap_or_default()
            }
        }
    };
    // `self` is handed in, since the macro's own `self` would be another name to the bodies.
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
        ) -> Seeds {
            let mut gradients: ($(Option<&mut [$name]>,)+) = match gradients {
                Some(gradients) => ($(Some(gradients.$index),)+),
                None => ($(None::<&mut [$name]>,)+),
            };
            let mut seeds = 0;
            $(
                let (loss, from_logits) = evaluate_one(
                    &$loss,
                    targets.$i,
                    predictions.$i,
                    logits.$i,
                    heads[$i],
                    $i,
                    weighting,
                    gradients.$i.take(),
                );
                losses[$i] = loss;
                seeds |= (from_logits as Seeds) << $i;
            )+
            seeds
        }

        fn check(
            &$this,
            targets: <Self::Targets as Tensors>::Batch<'_>,
            report: &mut dyn FnMut(usize, usize, Text<96>),
        ) {
            $(check_one::<$name, _>(&$loss, $i, targets.$i, report);)+
        }
    };
}
for_each_arity!(spread_losses);
