//! Rewrites of a network, a file for each.

pub(crate) mod bias;
pub(crate) mod input_order;

use crate::network::{Call, Network, Tensor};

/// Returns the calls that read a tensor.
fn readers(network: &Network, tensor: Tensor) -> Vec<usize> {
    let reads = |call: &Call| {
        call.inputs.contains(&tensor) || call.keywords.iter().any(|(_, tensors)| tensors.contains(&tensor))
    };
    (0..network.calls.len()).filter(|&call| reads(&network.calls[call])).collect()
}

/// Removes a call of a layer that has no other, and puts a tensor in the place of its output.
fn remove(network: &mut Network, call: usize, instead: Tensor) {
    let layer = network.calls.remove(call).layer;
    network.layers.remove(layer);
    let moved = |tensor: &mut Tensor| {
        *tensor = match *tensor {
            Tensor::Output(at, _) if at == call => instead,
            Tensor::Output(at, output) if at > call => Tensor::Output(at - 1, output),
            other => other,
        };
    };
    network.outputs.iter_mut().for_each(moved);
    for other in &mut network.calls {
        other.layer -= usize::from(other.layer > layer);
        other.inputs.iter_mut().for_each(moved);
        other.keywords.iter_mut().flat_map(|(_, tensors)| tensors).for_each(moved);
    }
}
