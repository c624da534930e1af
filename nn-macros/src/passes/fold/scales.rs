//! Folds a scale and an offset into the weights of the layer before or after them.

use super::rewrite::Rewrite;
use crate::graph::{Count, LayerId, Op};
use crate::graph::{Fold, Origin};
use nn_core::spec::Folding;

/// Folds scales and offsets into a neighbour.
pub(super) fn fold(rewrite: &mut Rewrite) {
    // After a fold, another scale may stand beside the same layer.
    let mut folded = true;
    while folded {
        folded = false;
        for layer in 0..rewrite.alone.len() {
            folded |= rewrite.scale_after(layer) || rewrite.scale_before(layer);
        }
    }
}

impl Rewrite {
    /// Folds the scale after a layer.
    fn scale_after(&mut self, layer: LayerId) -> bool {
        let Folding::Affine { .. } = self.folding(layer) else { return false };
        let Some((scale, pairs)) = self.next(layer) else { return false };
        if !self.is_scale(scale) || !self.with_bias(layer) {
            return false;
        }
        self.scales.push(Fold { into: layer, call: pairs[0].1, before: false });
        pairs.into_iter().for_each(|(call, reader)| self.takes_over(call, reader));
        true
    }

    /// Folds the scale before a layer.
    fn scale_before(&mut self, scale: LayerId) -> bool {
        if !self.is_scale(scale) {
            return false;
        }
        let Some((layer, pairs)) = self.next(scale) else { return false };
        if pairs.iter().any(|&(_, reader)| self.graph.reads_sparse(&self.graph.nodes[reader])) || !self.with_bias(layer)
        {
            return false;
        }
        self.scales.push(Fold { into: layer, call: pairs[0].0, before: true });
        for (call, reader) in pairs {
            self.graph.nodes[reader].inputs[0] = self.graph.nodes[call].inputs[0];
            self.gone[call] = true;
        }
        true
    }

    /// Whether a layer is `s ⊙ x + t` along the last axis.
    pub(super) fn is_scale(&self, layer: LayerId) -> bool {
        let (Folding::Scale { axis }, Op::Builtin(builtin)) = (self.folding(layer), &self.graph.layers[layer].op)
        else {
            return false;
        };
        self.calls(layer).into_iter().all(|call| self.is_last(call, &builtin.args[axis]))
    }

    /// Whether a layer has a bias for the offset, or can get one.
    fn with_bias(&mut self, layer: LayerId) -> bool {
        match self.folding(layer) {
            Folding::Affine { bias, .. } => {
                if !self.origins.iter().any(|(id, _)| *id == layer) {
                    self.origins.push((layer, Origin::Affine));
                }
                self.set_constants(layer, layer, &[(bias, Count::Known(1))]);
                true
            }
            _ => self
                .recurrent(layer)
                .and_then(|recurrent| self.bias(layer, &recurrent))
                .is_some_and(|bias| bias.known().is_some_and(|count| count > 0)),
        }
    }
}
