//! [`Weighting`]: the weights of outputs, samples and positions.

use crate::activations::Head;

/// The weights of outputs, samples and positions in a loss.
#[derive(Clone, Copy, Debug)]
pub struct Weighting<'a> {
    /// `loss_weights`: one number for each output; empty for all 1.
    pub outputs: &'a [f64],
    /// `sample_weight` of each output: one number for each sample of the batch, or one for each position; empty for
    /// all 1.
    pub samples: &'a [&'a [f64]],
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
            samples: self.samples.get(one.clone()).unwrap_or(&[]),
            masks: self.masks.get(one.clone()).unwrap_or(&[]),
            counted: self.counted.get(one.clone()).unwrap_or(&[]),
            links: self.links.get(one).unwrap_or(&[]),
        }
    }

    /// Returns the weight of the first output.
    pub(super) fn output(self) -> f64 {
        self.outputs.first().copied().unwrap_or(1.0)
    }

    /// Returns the weight of sample `n` of `samples` in the first output, which has this number of positions.
    pub(crate) fn sample(self, n: usize, samples: usize, positions: usize) -> SampleWeight<'a> {
        let numbers = self.samples.first().copied().unwrap_or(&[]);
        if positions > 1
            && numbers.len() == samples * positions
            && let Some(weights) = numbers.get(n * positions..(n + 1) * positions)
        {
            return SampleWeight::Positions(weights);
        }
        SampleWeight::Whole(numbers.get(n).copied().unwrap_or(1.0))
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

/// The weight of a sample.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SampleWeight<'a> {
    /// One for all positions.
    Whole(f64),
    /// One for each position.
    Positions(&'a [f64]),
}

impl SampleWeight<'_> {
    /// Returns whether no position counts.
    pub(crate) fn is_zero(self) -> bool {
        match self {
            SampleWeight::Whole(weight) => weight == 0.0,
            SampleWeight::Positions(weights) => weights.iter().all(|&weight| weight == 0.0),
        }
    }

    /// Returns the weight of a position.
    pub(crate) fn at(self, position: usize) -> f64 {
        match self {
            SampleWeight::Whole(weight) => weight,
            SampleWeight::Positions(weights) => weights.get(position).copied().unwrap_or(1.0),
        }
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
