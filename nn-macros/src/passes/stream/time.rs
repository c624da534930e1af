//! The axis of the steps: which tensors have it, and at which rate their steps come.

use super::{Refusal, Steps};
use crate::graph::{Arg, Computed, Node, RateId, Shaped, TensorId};
use nn_core::spec::Dtype;

/// The steps of a tensor in a stream. A rate of `None` is that of the inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Time {
    /// It has no axis of steps, and depends on no sequence.
    Always,
    /// It is a sequence, one step at a time.
    Steps(Option<RateId>),
    /// It has no axis of steps, and depends on the steps so far.
    SoFar(Option<RateId>),
}

impl Time {
    pub(super) fn rate(self) -> Option<RateId> {
        match self {
            Time::Always => None,
            Time::Steps(rate) | Time::SoFar(rate) => rate,
        }
    }
}

impl Steps<'_> {
    /// A sequence is an input of several axes, or of indices.
    pub(super) fn time_of_input(&self, input: TensorId) -> Time {
        let tensor = &self.whole.tensors[input];
        let is_sequence = match (tensor.dtype, tensor.sparse) {
            (_, true) => false,
            (Dtype::Float, _) => self.rank(input).is_some_and(|rank| rank > 1),
            _ => true,
        };
        if is_sequence { Time::Steps(None) } else { Time::Always }
    }

    /// The number of axes of a tensor of the whole graph, if it is known.
    fn rank(&self, tensor: TensorId) -> Option<usize> {
        match &self.whole.tensors[tensor].shape {
            Shaped::Known(shape) => Some(shape.rank()),
            Shaped::Const(id) => match &self.whole.constant(*id).value {
                Computed::Input(_, dims) => Some(dims.len()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The steps of a call on its inputs; `None` after an error in one of them.
    pub(super) fn times_of(&self, node: &Node) -> Result<Option<Time>, Refusal> {
        let mut all = Time::Always;
        for (i, tensor) in node.reads().enumerate() {
            let Some(time) = self.times[tensor] else { return Ok(None) };
            let place = node.input_exprs.get(i).copied().unwrap_or(self.whole.layers[node.layer].source);
            let refused = |reason: &str| Err((place, reason.to_string()));
            all = match (all, time) {
                (_, Time::Always) if i > 0 && self.has_steps(tensor, node.inputs[0]) => {
                    return refused("this input has no step for each step of the other one");
                }
                (Time::Always, time) if i > 0 && time != Time::Always && self.has_steps(node.inputs[0], tensor) => {
                    return refused("the first input has no step for each step of this one");
                }
                (all, Time::Always) => all,
                (Time::Always, time) => time,
                (Time::Steps(a), Time::Steps(b)) | (Time::SoFar(a), Time::SoFar(b)) if a != b => {
                    return refused("its inputs come at different steps");
                }
                (all, time) if all == time => all,
                _ => return refused("one input is a sequence, and another one depends on the whole sequence"),
            };
        }
        Ok(Some(all))
    }

    /// Whether a tensor without steps of a stream has as many axes as a sequence, and more than one place on the first.
    fn has_steps(&self, tensor: TensorId, sequence: TensorId) -> bool {
        let is_sequence = matches!(self.times[sequence], Some(Time::Steps(_)));
        let (own, other) = (&self.whole.tensors[tensor].shape, self.rank(sequence));
        match own {
            _ if !is_sequence => false,
            Shaped::Known(shape) => Some(shape.rank()) == other && shape.rank() > 1 && shape.dim(0) != 1,
            _ => self.rank(tensor).is_none_or(|rank| Some(rank) == other && rank > 1),
        }
    }

    /// Whether an argument may name the axis of the steps of a sequence.
    pub(super) fn is_along_steps(&self, axes: &Arg, sequence: TensorId) -> bool {
        let rank = self.rank(sequence).map(|rank| rank as i64);
        let is_inside = |&axis: &i64| axis > 1 || axis == -1 || rank.is_some_and(|rank| axis < 0 && axis > -rank);
        match axes.axes() {
            Some(axes) => !axes.iter().all(is_inside) || rank == Some(1),
            // A list that is absent is none.
            None => axes.expr.is_some(),
        }
    }
}
