//! The memory of a prediction: how long each activation is alive, and where it is.

use super::{Place, TensorPlan, head};
use crate::graph::{Graph, Holds, Op, Producer, Shaped, TensorId};
use nn_core::arena::{Life, plan};
use std::ops::Range;

/// The activations of a prediction that are in memory of the model's own.
pub(crate) struct Memory {
    /// Numbers.
    pub(crate) activations: Arena,
    /// Indices and masks.
    pub(crate) indices: Arena,
}

/// Tensors that share memory.
pub(crate) struct Arena {
    /// In the order of the graph, each with the call that computes it and the last one that reads it.
    pub(crate) lives: Vec<(TensorId, usize, usize)>,
    /// Where they are, and how much that is, in scalars of a sample. `None` if only rustc knows their shapes.
    known: Option<(Vec<usize>, usize)>,
}

impl Memory {
    pub(crate) fn new(graph: &Graph, tensors: &[TensorPlan]) -> Self {
        let kept = kept(graph, tensors);
        let mut lives = Vec::new();
        for (n, node) in graph.nodes.iter().enumerate() {
            for &tensor in node.outputs.iter().filter(|&&tensor| tensors[tensor].place == Place::Tape) {
                lives.push((tensor, n, if kept[tensor] { graph.nodes.len() } else { n }));
            }
        }
        let mut last = vec![0; graph.tensors.len()];
        for (n, node) in graph.nodes.iter().enumerate() {
            node.inputs.iter().for_each(|&input| last[input] = n);
        }
        let lives = lives.into_iter().map(|(tensor, first, end)| (tensor, first, end.max(last[tensor])));
        let (indices, activations) = lives.partition(|&(tensor, ..)| graph.tensors[tensor].holds == Holds::Indices);
        Memory { activations: Arena::new(graph, activations), indices: Arena::new(graph, indices) }
    }

    /// The arena of a tensor, and its place among the tensors of it.
    pub(crate) fn find(&self, graph: &Graph, tensor: TensorId) -> Option<(&Arena, usize)> {
        let arena = if graph.tensors[tensor].holds == Holds::Indices { &self.indices } else { &self.activations };
        Some((arena, arena.lives.iter().position(|&(other, ..)| other == tensor)?))
    }
}

impl Arena {
    fn new(graph: &Graph, lives: Vec<(TensorId, usize, usize)>) -> Self {
        let shapes = lives.iter().map(|&(tensor, first, last)| match &graph.tensors[tensor].shape {
            Shaped::Known(shape) => Some(Life::new(shape.size(), first, last)),
            _ => None,
        });
        let known = shapes.collect::<Option<Vec<Life>>>().map(|lives| {
            let mut offsets = vec![0; lives.len()];
            let size = plan(&lives, &mut offsets, &mut vec![0; lives.len()]);
            (offsets, size)
        });
        Arena { lives, known }
    }

    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.lives.is_empty()
    }

    /// How many scalars a sample needs, if that is known.
    pub(crate) fn size(&self) -> Option<usize> {
        self.known.as_ref().map(|(_, size)| *size)
    }

    /// Where tensor `i` of it is, if that is known.
    pub(crate) fn range(&self, graph: &Graph, i: usize) -> Option<Range<usize>> {
        let (offsets, _) = self.known.as_ref()?;
        match &graph.tensors[self.lives[i].0].shape {
            Shaped::Known(shape) => Some(offsets[i]..offsets[i] + shape.size()),
            _ => None,
        }
    }
}

/// The tensors that are asked for after a prediction: logits and masks, for the losses.
fn kept(graph: &Graph, tensors: &[TensorPlan]) -> Vec<bool> {
    let mut kept = vec![false; graph.tensors.len()];
    for node in &graph.nodes {
        if let Some((_, logits)) = head(graph, tensors, node) {
            kept[logits] = true;
        }
    }
    for &output in &graph.outputs {
        if let Some(mask) = graph.tensors[output].mask {
            kept[mask] = true;
        }
        // A model inside may hand on the mask that it was called with.
        if let Producer::Node(node) = graph.tensors[output].producer
            && let Op::Component(_) = graph.layers[graph.nodes[node].layer].op
        {
            let inputs = graph.nodes[node].inputs.iter();
            inputs.filter(|&&input| graph.tensors[input].holds == Holds::Indices).for_each(|&input| kept[input] = true);
        }
    }
    kept
}
