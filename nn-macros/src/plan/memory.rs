//! The memory that activations share, in a prediction and before what learns: how long each is alive, and where it is.

use super::{Gradient, Place, TensorPlan, head};
use crate::graph::{Graph, Holds, Node, Op, Producer, Shaped, TensorId};
use nn_core::arena::{Life, plan};
use std::ops::Range;

/// The activations of a prediction that are in memory of the model's own, or those of a training step that its backward pass does not read.
pub(crate) struct Memory {
    /// Numbers.
    pub(crate) activations: Arena,
    /// Indices and masks.
    pub(crate) indices: Arena,
    /// For each tensor the one whose place it has: itself, or the first of those that follow each other there.
    places: Vec<TensorId>,
    /// Where such a tensor stands in its arena's list.
    order: Vec<Option<usize>>,
    /// What a prediction does for each call.
    work: Vec<Work>,
}

/// What a prediction does for a call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Work {
    /// It computes the outputs from the inputs.
    Call,
    /// It computes the output in the place of the input, which nobody reads again.
    InPlace,
    /// Nothing: the output is the input, with another shape or none.
    View,
}

/// Tensors that share memory.
pub(crate) struct Arena {
    /// Its field.
    pub(crate) name: String,
    /// In the order of the graph, each with the call that computes it and the last one that reads it, or what follows it in its place.
    pub(crate) lives: Vec<(TensorId, usize, usize)>,
    /// Where they are, and how much that is, in scalars of a sample. `None` if only rustc knows their shapes.
    known: Option<(Vec<usize>, usize)>,
}

impl Memory {
    pub(crate) fn new(graph: &Graph, tensors: &[TensorPlan]) -> Self {
        let kept = kept(graph, tensors);
        // For each tensor, and for the first in a place of all that are there.
        let mut last = last_readers(graph, &kept);
        let mut places: Vec<TensorId> = (0..graph.tensors.len()).collect();
        let mut work = Vec::new();
        let mut lives = Vec::new();
        for (n, node) in graph.nodes.iter().enumerate() {
            let done = follows(graph, tensors, node, |input| {
                // An input is the caller's.
                last[places[input]] <= n && tensors[places[input]].place == Place::Tape
            });
            work.push(done);
            for &tensor in node.outputs.iter().filter(|&&tensor| tensors[tensor].place == Place::Tape) {
                if done == Work::Call {
                    lives.push((tensor, n));
                    continue;
                }
                let place = places[node.inputs[0]];
                places[tensor] = place;
                last[place] = last[place].max(last[tensor]);
            }
        }
        let lives = lives.into_iter().map(|(tensor, n)| (tensor, n, n.max(last[tensor])));
        Memory::of(graph, lives.collect(), places, work, ["activations", "indices"].map(String::from))
    }

    /// What a training step needs only until it has been read in the forward pass: inputs and outputs of calls without a backward pass.
    pub(crate) fn passing(graph: &Graph, tensors: &[TensorPlan]) -> Self {
        let places: Vec<TensorId> =
            (0..tensors.len()).map(|tensor| tensors[tensor].becomes.unwrap_or(tensor)).collect();
        let mut stays = vec![false; tensors.len()];
        for (tensor, asked_for) in kept(graph, tensors).into_iter().enumerate() {
            stays[places[tensor]] |= asked_for || tensors[tensor].place != Place::Tape;
        }
        for node in &graph.nodes {
            if node.outputs.iter().any(|&output| tensors[output].gradient != Gradient::Never) {
                node.inputs.iter().chain(&node.outputs).for_each(|&tensor| stays[places[tensor]] = true);
            }
        }
        let mut lives: Vec<(TensorId, usize, usize)> = Vec::new();
        let mut order = vec![None; tensors.len()];
        for (n, node) in graph.nodes.iter().enumerate() {
            for place in node.outputs.iter().map(|&output| places[output]).filter(|&place| !stays[place]) {
                order[place].get_or_insert_with(|| {
                    lives.push((place, n, n));
                    lives.len() - 1
                });
            }
            for &tensor in node.inputs.iter().chain(&node.outputs) {
                if let Some(i) = order[places[tensor]] {
                    lives[i].2 = n;
                }
            }
        }
        // Beside the tensors that stay there are fields for them: with names that no layer has.
        let names = ["passing", "passing_indices"].map(|base| {
            let mut name = String::from(base);
            while graph.nodes.iter().any(|node| node.name == name) {
                name.push('_');
            }
            name
        });
        Memory::of(graph, lives, places, vec![Work::Call; graph.nodes.len()], names)
    }

    fn of(
        graph: &Graph,
        lives: Vec<(TensorId, usize, usize)>,
        places: Vec<TensorId>,
        work: Vec<Work>,
        names: [String; 2],
    ) -> Self {
        let (indices, activations): (Vec<_>, Vec<_>) =
            lives.into_iter().partition(|&(tensor, ..)| graph.tensors[tensor].holds == Holds::Indices);
        let mut order = vec![None; graph.tensors.len()];
        for lives in [&activations, &indices] {
            lives.iter().enumerate().for_each(|(i, &(tensor, ..))| order[tensor] = Some(i));
        }
        let [numbers, others] = names;
        let (activations, indices) = (Arena::new(graph, numbers, activations), Arena::new(graph, others, indices));
        Memory { activations, indices, places, order, work }
    }

    /// The arena of a tensor, and its place among those of it.
    pub(crate) fn find(&self, graph: &Graph, tensor: TensorId) -> Option<(&Arena, usize)> {
        let arena = if graph.tensors[tensor].holds == Holds::Indices { &self.indices } else { &self.activations };
        Some((arena, self.order[self.places[tensor]]?))
    }

    /// The input of the model that a tensor of the tape is in a prediction, with another shape or none.
    pub(crate) fn input(&self, tensors: &[TensorPlan], tensor: TensorId) -> Option<TensorId> {
        let place = self.places[tensor];
        (place != tensor && matches!(tensors[place].place, Place::Input(_))).then_some(place)
    }

    /// What a prediction does for call `n`.
    pub(crate) fn work(&self, n: usize) -> Work {
        self.work[n]
    }
}

/// Whether a call can leave its output in the place of its input. `over` says whether nobody reads after it what is there now.
fn follows(graph: &Graph, tensors: &[TensorPlan], node: &Node, over: impl Fn(TensorId) -> bool) -> Work {
    let ([input], [output]) = (&node.inputs[..], &node.outputs[..]) else { return Work::Call };
    // An output has to be where the caller wants it.
    if tensors[*output].place != Place::Tape || matches!(tensors[*input].place, Place::Output(_)) {
        return Work::Call;
    }
    let layer = &graph.layers[node.layer];
    match layer.op {
        _ if layer.copies() => Work::View,
        Op::Activation { .. } if over(*input) => Work::InPlace,
        _ => Work::Call,
    }
}

/// For each tensor the last call that reads it; one more than there are for what is asked for after a prediction.
fn last_readers(graph: &Graph, kept: &[bool]) -> Vec<usize> {
    let mut last = vec![0; graph.tensors.len()];
    for (n, node) in graph.nodes.iter().enumerate() {
        node.inputs.iter().for_each(|&input| last[input] = n);
    }
    kept.iter().zip(&mut last).filter(|(kept, _)| **kept).for_each(|(_, last)| *last = graph.nodes.len());
    last
}

impl Arena {
    fn new(graph: &Graph, name: String, lives: Vec<(TensorId, usize, usize)>) -> Self {
        let shapes = lives.iter().map(|&(tensor, first, last)| match &graph.tensors[tensor].shape {
            Shaped::Known(shape) => Some(Life::new(shape.size(), first, last)),
            _ => None,
        });
        let known = shapes.collect::<Option<Vec<Life>>>().map(|lives| {
            let mut offsets = vec![0; lives.len()];
            let size = plan(&lives, &mut offsets, &mut vec![0; lives.len()]);
            (offsets, size)
        });
        Arena { name, lives, known }
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
