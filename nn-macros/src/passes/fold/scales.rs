//! Folds a scale and an offset into the weights of the layer before or after them.

use super::rewrite::Rewrite;
use crate::graph::{Builtin, Count, Fold, LayerId, Op, Origin};
use nn_core::spec::{Folding, Value};

/// A layer that computes `s ⊙ x + t` along the last axis.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    /// Whether all features have the same `s` and `t`.
    uniform: bool,
    /// Whether `t` is 0.
    pure: bool,
}

impl Rewrite {
    /// Folds the scale after a layer.
    pub(super) fn scale_after(&mut self, layer: LayerId) -> bool {
        let (Folding::Affine { bias, .. } | Folding::Filters { bias, .. }) = self.folding(layer) else { return false };
        let Some((next, calls)) = self.next_reshaped(layer) else { return false };
        let Some(scale) = self.scale(next) else { return false };
        let fits = |&[call, _, reader]: &[usize; 3]| {
            self.has_features(scale, self.graph.nodes[call].outputs[0], self.graph.nodes[reader].inputs[0])
        };
        if !calls.iter().all(fits) {
            return false;
        }
        if !scale.pure {
            self.add_bias(layer, bias);
        }
        self.scales.push(Fold { into: layer, call: calls[0][2], before: false });
        calls.into_iter().for_each(|[_, call, reader]| self.takes_over(call, reader));
        true
    }

    /// Folds a scale before a layer.
    pub(super) fn scale_before(&mut self, id: LayerId) -> bool {
        let Some(scale) = self.scale(id) else { return false };
        let Some((layer, calls)) = self.next_reshaped(id) else { return false };
        let fits = |&[call, _, reader]: &[usize; 3]| {
            let reader = &self.graph.nodes[reader];
            !self.graph.reads_sparse(reader)
                && self.has_features(scale, reader.inputs[0], self.graph.nodes[call].outputs[0])
        };
        if !calls.iter().all(fits) || !self.takes_scale(layer, scale) {
            return false;
        }
        self.scales.push(Fold { into: layer, call: calls[0][0], before: true });
        for [call, ..] in calls {
            let node = &self.graph.nodes[call];
            let (input, output) = (node.inputs[0], node.outputs[0]);
            let inputs = self.graph.nodes.iter_mut().flat_map(|node| &mut node.inputs);
            inputs.filter(|reads| **reads == output).for_each(|reads| *reads = input);
            self.gone[call] = true;
        }
        true
    }

    /// Whether the weights of a layer can include a scale before it. If they need a bias, the layer gets one.
    fn takes_scale(&mut self, layer: LayerId, scale: Scale) -> bool {
        match self.folding(layer) {
            Folding::Affine { bias, .. } | Folding::Filters { bias, .. } if !scale.pure => {
                let inside = self.calls(layer).into_iter().all(|call| self.stays_inside(call));
                if inside {
                    self.add_bias(layer, bias);
                }
                inside
            }
            Folding::Affine { .. } | Folding::Filters { .. } => true,
            _ => self.recurrent(layer).is_some_and(|recurrent| {
                let bias = self.bias(layer, &recurrent).and_then(|bias| bias.known());
                scale.pure || bias.is_some_and(|count| count > 0)
            }),
        }
    }

    /// Gives a layer a bias, if it has none.
    fn add_bias(&mut self, layer: LayerId, bias: usize) {
        if !self.origins.iter().any(|(id, _)| *id == layer) {
            self.origins.push((layer, Origin::Affine));
        }
        self.set_constants(layer, layer, &[(bias, Count::Known(1))]);
    }

    /// The scale that a layer computes in all its calls.
    pub(super) fn scale(&self, layer: LayerId) -> Option<Scale> {
        let (Folding::Scale { axis, offset }, Op::Builtin(builtin)) =
            (self.folding(layer), &self.graph.layers[layer].op)
        else {
            return None;
        };
        let Builtin { args, .. } = &**builtin;
        let one_feature = match axis {
            Some(axis) => args[axis].axes() == Some(&[]),
            None => args.iter().all(|arg| !matches!(arg.value, Some(Value::Floats(count)) if count != 1)),
        };
        let last = |axis: usize| self.calls(layer).into_iter().all(|call| self.is_last(call, &args[axis]));
        let scale = Scale { uniform: one_feature, pure: offset.is_some_and(|offset| args[offset].is_zero()) };
        (one_feature || axis.is_none_or(last)).then_some(scale)
    }

    /// Whether the features of the scaled tensor repeat along the last axis of the other tensor, which has the same
    /// scalars.
    fn has_features(&self, scale: Scale, other: usize, scaled: usize) -> bool {
        let repeats = || {
            let (other, scaled) = (self.shape(other)?.rows(), self.shape(scaled)?.rows());
            Some(other.is_multiple_of(scaled.max(1)))
        };
        scale.uniform || self.graph.tensors[other].shape == self.graph.tensors[scaled].shape || repeats() == Some(true)
    }
}
