//! Layers that return their input have no call in a prediction.

use super::rewrite::Rewrite;
use nn_core::spec::Folding;

/// Removes calls that return their input.
pub(super) fn fold(rewrite: &mut Rewrite) {
    for n in 0..rewrite.graph.nodes.len() {
        let node = &rewrite.graph.nodes[n];
        let ([input], [output]) = (&node.inputs[..], &node.outputs[..]) else { continue };
        let (input, output) = (*input, *output);
        // An output of the model must be computed.
        if rewrite.folding(node.layer) == Folding::Identity && !rewrite.graph.outputs.contains(&output) {
            rewrite.gone[n] = true;
            let inputs = rewrite.graph.nodes.iter_mut().flat_map(|node| node.inputs.iter_mut());
            inputs.filter(|reads| **reads == output).for_each(|reads| *reads = input);
        }
    }
}
