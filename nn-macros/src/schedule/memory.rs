//! Shared memory of tensors, in a prediction and before the first layer that learns: their lifetimes and places.

use super::gradients::Gradient;
use super::places::{Home, Places, masks};
use super::program::{ArenaId, CallId, Form, Place};
use crate::graph::{Facts, Graph, Node, Op, Producer, Shaped, TensorId};
use nn_core::arena::{Lifetime, plan};
use nn_core::spec::Dtype;
use std::ops::Range;

/// The tensors that share memory: in a prediction, those in the model's own memory; in a training step, those that its
/// backward pass does not read.
pub(super) struct Allocation {
    /// One block for each type of numbers in use.
    pub(super) arenas: Vec<Arena>,
    /// For each tensor, the tensor whose place it has: itself, or the first of those that share the place one after the
    /// other.
    places: Vec<TensorId>,
    /// The block of such a tensor, and its index there.
    order: Vec<Option<(ArenaId, usize)>>,
    /// The work of a prediction for each call.
    work: Vec<CallKind>,
}

/// The work of a prediction for a call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum CallKind {
    /// Computes the outputs from the inputs.
    Call,
    /// Computes the output in the place of the input, which nobody reads again.
    InPlace,
    /// Does nothing: the output is the input, perhaps with another shape.
    View,
}

/// A block of memory that tensors share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arena {
    /// Its field.
    pub(crate) name: String,
    /// The type of the numbers in it.
    pub(crate) dtype: Dtype,
    /// Its contents, in the order of first use.
    pub(crate) lives: Vec<Stay>,
    /// Their places and the size of the block, in scalars of a sample. `None` if only rustc knows the shapes.
    known: Option<(Vec<Range<usize>>, usize)>,
}

/// The stay of a tensor in a block of memory, from one step to another. Steps are the calls in order; in a training
/// step the backward steps follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stay {
    pub(crate) of: Resident,
    /// The step that computes it.
    pub(crate) first: usize,
    /// The last step that reads it, or reads a later tensor in its place.
    pub(crate) last: usize,
}

/// The use of a part of a block of memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Resident {
    Tensor(TensorId),
    /// The workspace of a call, in its forward pass.
    Workspace(CallId),
    /// The same in its backward pass.
    BackWorkspace(CallId),
}

impl Resident {
    fn dtype(self, graph: &Graph) -> Dtype {
        match self {
            Resident::Tensor(tensor) => graph.tensors[tensor].dtype,
            Resident::Workspace(_) | Resident::BackWorkspace(_) => Dtype::Float,
        }
    }

    /// Its size in scalars of a sample, or `None` if only rustc knows it.
    fn size(self, graph: &Graph) -> Option<usize> {
        match self {
            Resident::Tensor(tensor) => match &graph.tensors[tensor].shape {
                Shaped::Known(shape) => Some(shape.size()),
                _ => None,
            },
            Resident::Workspace(call) | Resident::BackWorkspace(call) => match &graph.nodes[call].facts {
                Some(Facts::Known(facts)) => Some(facts.workspace_size()),
                _ => None,
            },
        }
    }
}

/// Whether a call has a workspace. If only rustc knows its size, it may be empty.
fn works(graph: &Graph, call: CallId) -> bool {
    let has = graph.layers[graph.nodes[call].layer].has_workspace();
    has && Resident::Workspace(call).size(graph) != Some(0)
}

impl Allocation {
    /// The memory of a training step that keeps everything. Calls have workspaces one after the other.
    pub(super) fn keeping(graph: &Graph, places: &Places) -> Self {
        let (forward, backward) = workspaces(graph, places);
        Allocation::of(
            graph,
            forward.chain(backward).collect(),
            (0..graph.tensors.len()).collect(),
            Vec::new(),
            "workspace",
        )
    }

    /// The memory of a prediction.
    pub(super) fn predicting(graph: &Graph, places: &Places) -> Self {
        let kept = kept(graph, places);
        // For each tensor its last reader; for the first tensor in a place, the last reader of all tensors there.
        let mut last = last_readers(graph, places, &kept);
        let tensors = &places.tensors;
        let mut first: Vec<TensorId> = (0..graph.tensors.len()).collect();
        let mut work = Vec::new();
        let mut lives = Vec::new();
        for (n, node) in graph.nodes.iter().enumerate() {
            let of_caller = |input: TensorId| tensors[first[input]].home != Home::Tape;
            let done = match follows(graph, places, node) {
                // The losses ask for logits and masks when the caller's input is out of reach.
                CallKind::View if node.outputs.iter().any(|&y| kept[y]) && of_caller(node.inputs[0]) => CallKind::Call,
                // The caller owns an input, and somebody may still read the old value.
                CallKind::InPlace if of_caller(node.inputs[0]) || last[first[node.inputs[0]]] > n => CallKind::Call,
                work => work,
            };
            work.push(done);
            if !places.made[n] {
                continue;
            }
            for &tensor in node.outputs.iter().filter(|&&tensor| tensors[tensor].home == Home::Tape) {
                if done == CallKind::Call {
                    lives.push((Resident::Tensor(tensor), n));
                    continue;
                }
                let place = first[node.inputs[0]];
                first[tensor] = place;
                last[place] = last[place].max(last[tensor]);
            }
            if done == CallKind::Call && works(graph, n) {
                lives.push((Resident::Workspace(n), n));
            }
        }
        let lives = lives.into_iter().map(|(of, first)| match of {
            Resident::Tensor(tensor) => Stay { of, first, last: first.max(last[tensor]) },
            _ => Stay { of, first, last: first },
        });
        Allocation::of(graph, lives.collect(), first, work, "")
    }

    /// The memory of tensors that a training step needs only until the forward pass has read them: inputs and outputs
    /// of calls without a backward pass.
    pub(super) fn passing(graph: &Graph, places: &Places) -> Self {
        let tensors = &places.tensors;
        let first: Vec<TensorId> = (0..tensors.len()).map(|tensor| places.kept(tensor)).collect();
        let mut stays = vec![false; tensors.len()];
        for (tensor, asked_for) in kept(graph, places).into_iter().enumerate() {
            stays[first[tensor]] |= asked_for || tensors[tensor].home != Home::Tape;
        }
        for node in &graph.nodes {
            if node.outputs.iter().any(|&output| tensors[output].gradient != Gradient::Never) {
                node.reads().chain(node.outputs.iter().copied()).for_each(|tensor| stays[first[tensor]] = true);
            }
        }
        let mut lives: Vec<Stay> = Vec::new();
        let mut order = vec![None; tensors.len()];
        let (mut forward, backward) = workspaces(graph, places);
        let mut next = forward.next();
        for (n, node) in graph.nodes.iter().enumerate().filter(|(n, _)| places.made[*n]) {
            for place in node.outputs.iter().map(|&output| first[output]).filter(|&place| !stays[place]) {
                order[place].get_or_insert_with(|| {
                    lives.push(Stay { of: Resident::Tensor(place), first: n, last: n });
                    lives.len() - 1
                });
            }
            for tensor in node.reads().chain(node.outputs.iter().copied()) {
                if let Some(i) = order[first[tensor]] {
                    lives[i].last = n;
                }
            }
            if let Some(workspace) = next.filter(|workspace| workspace.first == n) {
                lives.push(workspace);
                next = forward.next();
            }
        }
        lives.extend(backward);
        Allocation::of(graph, lives, first, Vec::new(), "passing")
    }

    fn of(graph: &Graph, lives: Vec<Stay>, places: Vec<TensorId>, work: Vec<CallKind>, purpose: &str) -> Self {
        let blocks = Dtype::ALL.iter().map(|&dtype| {
            let lives = lives.iter().copied().filter(|stay| stay.of.dtype(graph) == dtype);
            (dtype, lives.collect::<Vec<_>>())
        });
        let blocks = blocks.filter(|(_, lives)| !lives.is_empty());
        let arenas: Vec<_> = blocks.map(|(dtype, lives)| Arena::new(graph, purpose, dtype, lives)).collect();
        let mut order = vec![None; graph.tensors.len()];
        for (arena, block) in arenas.iter().enumerate() {
            for (index, stay) in block.lives.iter().enumerate() {
                if let Resident::Tensor(tensor) = stay.of {
                    order[tensor] = Some((arena, index));
                }
            }
        }
        Allocation { arenas, places, order, work }
    }

    /// The place of a workspace.
    pub(super) fn workspace(&self, of: Resident) -> Option<Place> {
        self.arenas.iter().enumerate().find_map(|(arena, block)| {
            let index = block.lives.iter().position(|stay| stay.of == of)?;
            Some(Place::Shared { arena, index })
        })
    }

    /// The block of a tensor, and its index there.
    pub(super) fn find(&self, tensor: TensorId) -> Option<(ArenaId, usize)> {
        self.order[self.places[tensor]]
    }

    /// The tensor of which another one is a view, perhaps with another shape.
    pub(super) fn place(&self, tensor: TensorId) -> TensorId {
        self.places[tensor]
    }

    /// The work of a prediction for call `n`.
    pub(super) fn work(&self, n: usize) -> CallKind {
        self.work.get(n).copied().unwrap_or(CallKind::Call)
    }
}

/// Whether a call could leave its output in the place of its input.
fn follows(graph: &Graph, places: &Places, node: &Node) -> CallKind {
    let ([input], [output]) = (&node.inputs[..], &node.outputs[..]) else { return CallKind::Call };
    // The caller decides the place of an output, and a number of another type cannot take the place of an input.
    if !graph.keeps_dtype(*input, *output)
        || places.tensors[*output].home != Home::Tape
        || matches!(places.tensors[*input].home, Home::Output(_))
    {
        return CallKind::Call;
    }
    let layer = &graph.layers[node.layer];
    match layer.op {
        _ if layer.copies() => CallKind::View,
        Op::Activation { .. } => CallKind::InPlace,
        _ => CallKind::Call,
    }
}

/// For each tensor the last call that reads it. If a loss asks for it after a prediction, this is the number of calls.
fn last_readers(graph: &Graph, places: &Places, kept: &[bool]) -> Vec<usize> {
    let mut last = vec![0; graph.tensors.len()];
    for (n, node) in graph.nodes.iter().enumerate().filter(|(n, _)| places.made[*n]) {
        let masks = masks(graph, node, Form::Predict).iter().flatten();
        node.inputs.iter().chain(masks).for_each(|&read| last[read] = n);
    }
    kept.iter().zip(&mut last).filter(|(kept, _)| **kept).for_each(|(_, last)| *last = graph.nodes.len());
    last
}

/// The workspaces of a training step: of forward calls, and of backward steps, which come after all calls.
fn workspaces<'a>(
    graph: &'a Graph,
    places: &'a Places,
) -> (impl Iterator<Item = Stay> + 'a, impl Iterator<Item = Stay> + 'a) {
    let count = graph.nodes.len();
    let calls = move || (0..count).filter(|&call| works(graph, call));
    let goes_back = |call: &CallId| {
        let gradient = |&output: &TensorId| places.tensors[output].gradient != Gradient::Never;
        graph.nodes[*call].outputs.iter().any(gradient)
    };
    let forward = calls().map(|call| Stay { of: Resident::Workspace(call), first: call, last: call });
    let backward = calls().rev().filter(goes_back).map(move |call| {
        let step = 2 * count - 1 - call;
        Stay { of: Resident::BackWorkspace(call), first: step, last: step }
    });
    (forward, backward)
}

/// The name of a block: `activations` and `indices` in a prediction, otherwise `passing` and `passing_indices`, for
/// example. In a training step it stands beside the fields of tensors, so it must not be the name of a layer.
fn name(graph: &Graph, purpose: &str, dtype: Dtype) -> String {
    let contents = match dtype {
        Dtype::Float => "activations",
        Dtype::U32 => "indices",
        other => other.name().unwrap_or_default(),
    };
    let mut name = match (purpose, dtype) {
        ("", _) => return contents.to_string(),
        (_, Dtype::Float) => purpose.to_string(),
        _ => format!("{purpose}_{contents}"),
    };
    while graph.nodes.iter().any(|node| node.name.as_str() == name) {
        name.push('_');
    }
    name
}

impl Arena {
    fn new(graph: &Graph, purpose: &str, dtype: Dtype, lives: Vec<Stay>) -> Self {
        let sizes = lives.iter().map(|stay| Some(Lifetime::new(stay.of.size(graph)?, stay.first, stay.last)));
        let known = sizes.collect::<Option<Vec<Lifetime>>>().map(|lives| {
            let mut offsets = vec![0; lives.len()];
            let size = plan(&lives, &mut offsets, &mut vec![0; lives.len()]);
            (offsets.iter().zip(&lives).map(|(&start, life)| start..start + life.size).collect(), size)
        });
        Arena { name: name(graph, purpose, dtype), dtype, lives, known }
    }

    /// Its size in scalars of a sample, or `None` if only rustc knows it.
    pub(crate) fn size(&self) -> Option<usize> {
        self.known.as_ref().map(|(_, size)| *size)
    }

    /// The place of tensor `index`, in scalars of a sample, or `None` if only rustc knows it.
    pub(crate) fn range(&self, index: usize) -> Option<Range<usize>> {
        self.known.as_ref().map(|(ranges, _)| ranges[index].clone())
    }
}

/// Whether the losses ask for a tensor after a prediction: logits and masks.
fn kept(graph: &Graph, places: &Places) -> Vec<bool> {
    let mut kept = vec![false; graph.tensors.len()];
    for node in &graph.nodes {
        if let Some((_, logits)) = places.head(graph, node) {
            kept[logits] = true;
        }
    }
    for &output in &graph.outputs {
        if let Some(mask) = graph.tensors[output].mask {
            kept[mask] = true;
        }
        // An inner model may hand on the mask that it was called with.
        if let Producer::Node(node) = graph.tensors[output].producer
            && let Op::Component(_) = graph.layers[graph.nodes[node].layer].op
        {
            let inputs = graph.nodes[node].inputs.iter();
            inputs.filter(|&&input| graph.tensors[input].dtype == Dtype::U32).for_each(|&input| kept[input] = true);
        }
    }
    kept
}
