//! Readers of joined tensors read the parts: `W · (a, b) = Wa · a + Wb · b`. Nothing has to be copied into one tensor.

use super::rewrite::Rewrite;
use crate::graph::{Node, Op, TensorId};
use nn_core::spec::{Folding, MAX_INPUTS};

/// Removes calls that join tensors along the last axis, if all readers can read the parts.
pub(super) fn fold(rewrite: &mut Rewrite) {
    // Backwards: a later join of joined tensors is removed first, or reads their parts.
    for call in (0..rewrite.graph.nodes.len()).rev().filter(|&call| !rewrite.gone[call]).collect::<Vec<_>>() {
        rewrite.part(call);
    }
}

impl Rewrite {
    /// Hands the parts of a joining call to its readers, if they all accept them.
    fn part(&mut self, call: usize) {
        let Node { inputs, outputs, .. } = &self.graph.nodes[call];
        let ([output], parts) = (&outputs[..], inputs.clone()) else { return };
        let output = *output;
        let numbers = parts.iter().all(|&part| self.graph.tensors[part].has_scalars());
        let readers = self.readers(output);
        if !self.joins(call)
            || !numbers
            || self.graph.outputs.contains(&output)
            || readers.is_empty()
            || !readers.iter().all(|&reader| self.takes(reader, output, parts.len()))
        {
            return;
        }
        for reader in readers {
            let node = &mut self.graph.nodes[reader];
            let each = |&input: &TensorId| if input == output { parts.clone() } else { vec![input] };
            node.inputs = node.inputs.iter().flat_map(each).collect();
        }
        self.gone[call] = true;
    }

    /// Whether a call joins tensors along the last axis.
    fn joins(&self, call: usize) -> bool {
        let Op::Builtin(builtin) = &self.graph.layers[self.graph.nodes[call].layer].op else { return false };
        matches!(builtin.spec.folding, Folding::Join { axis } if self.is_last(call, &builtin.args[axis]))
    }

    /// Whether a call can read this number of parts for each input that is this tensor.
    fn takes(&self, reader: usize, tensor: TensorId, parts: usize) -> bool {
        let node = &self.graph.nodes[reader];
        let reads =
            matches!(&self.graph.layers[node.layer].op, Op::Builtin(builtin) if builtin.spec.split_input.is_some());
        let times = node.inputs.iter().filter(|&&input| input == tensor).count();
        (reads || self.joins(reader))
            && node.masks.is_empty()
            && node.inputs.len() + times * parts - times <= MAX_INPUTS
    }
}
