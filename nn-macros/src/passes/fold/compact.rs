//! Removes calls that are gone, and tensors that nobody reads any more.

use crate::graph::{Graph, Producer, TensorId};

/// The same graph without the gone calls and unused tensors.
pub(super) fn compact(mut graph: Graph, gone: &[bool]) -> Graph {
    let mut kept: Vec<bool> = gone.iter().map(|gone| !gone).collect();
    let mut read = vec![false; graph.tensors.len()];
    graph.inputs.iter().for_each(|&input| read[input] = true);
    for &output in &graph.outputs {
        read[output] = true;
        // The losses ask for the mask.
        if let Some(mask) = graph.tensors[output].mask {
            read[mask] = true;
        }
    }
    // From the last call to the first, so all readers of a call are seen before it.
    for (n, node) in graph.nodes.iter().enumerate().rev() {
        kept[n] &= node.outputs.iter().any(|&output| read[output]);
        if kept[n] {
            node.reads().chain(node.outputs.iter().copied()).for_each(|tensor| read[tensor] = true);
        }
    }

    let (nodes, tensors) = (places(&kept), places(&read));
    let tensor = |old: TensorId| tensors[old].expect("what is read has a place");
    graph.nodes = keep(graph.nodes, &kept);
    graph.tensors = keep(graph.tensors, &read);
    for node in &mut graph.nodes {
        let masks = node.masks.iter_mut().flatten().chain(node.given_mask.iter_mut().map(|(mask, _)| mask));
        node.inputs.iter_mut().chain(masks).chain(&mut node.outputs).for_each(|id| *id = tensor(*id));
    }
    for t in &mut graph.tensors {
        t.mask = t.mask.and_then(|mask| tensors[mask]);
        if let Producer::Node(node) = &mut t.producer {
            *node = nodes[*node].expect("what is read is computed");
        }
    }
    graph.inputs.iter_mut().chain(&mut graph.outputs).for_each(|id| *id = tensor(*id));
    graph.declared = graph.declared.iter().filter_map(|&id| tensors[id]).collect();
    graph
}

fn keep<E>(all: Vec<E>, kept: &[bool]) -> Vec<E> {
    all.into_iter().zip(kept).filter(|(_, kept)| **kept).map(|(element, _)| element).collect()
}

/// The new index of each kept element.
fn places(kept: &[bool]) -> Vec<Option<usize>> {
    let mut next = 0..;
    kept.iter().map(|&kept| if kept { next.next() } else { None }).collect()
}
