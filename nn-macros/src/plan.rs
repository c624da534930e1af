//! What the expansion has to know of each tensor and each call: where a tensor lives, whether its gradient is wanted, and
//! where that comes from.

pub(crate) mod memory;

use crate::graph::{Graph, Holds, Layer, Node, Op, Producer, TensorId};
use memory::Memory;
use std::collections::HashSet;

/// The plan of a graph.
pub(crate) struct Plan {
    /// For each tensor.
    pub(crate) tensors: Vec<TensorPlan>,
    /// Those that share memory: in a prediction, or, in a plan [`for_training`], in a training step.
    pub(crate) memory: Memory,
    /// Whether `memory` is that of a training step.
    pub(crate) for_training: bool,
    /// For each call the activation that it computes where it writes its output.
    activations: Vec<Option<usize>>,
    /// For each call whether it is such an activation.
    done: Vec<bool>,
}

impl Plan {
    /// The call of the activation that call `n` computes where it writes its output.
    pub(crate) fn activation(&self, n: usize) -> Option<usize> {
        self.activations[n]
    }

    /// Whether call `n` is an activation that the call before it computes.
    pub(crate) fn is_done(&self, n: usize) -> bool {
        self.done[n]
    }

    /// The tensor whose memory a tensor has in a training pass: itself, or the activation that is made of it in place.
    pub(crate) fn kept(&self, tensor: TensorId) -> TensorId {
        self.tensors[tensor].becomes.unwrap_or(tensor)
    }

    /// The output that a call computes as a head, with its logits.
    pub(crate) fn head(&self, graph: &Graph, node: &Node) -> Option<(usize, TensorId)> {
        head(graph, &self.tensors, node)
    }
}

/// The output that a softmax or another activation computes, and its logits, if a loss can work on them: the logits are in the
/// tape, and nothing inside reads the output.
fn head(graph: &Graph, tensors: &[TensorPlan], node: &Node) -> Option<(usize, TensorId)> {
    if !graph.layers[node.layer].may_be_head() {
        return None;
    }
    let (output, logits) = (&tensors[node.outputs[0]], node.inputs[0]);
    match output.place {
        Place::Output(i) if !output.own_gradient && tensors[logits].place == Place::Tape => Some((i, logits)),
        _ => None,
    }
}

pub(crate) struct TensorPlan {
    pub(crate) place: Place,
    pub(crate) gradient: Gradient,
    /// Whether its gradient has memory of its own; otherwise it is the caller's `dy` (an output that nothing inside reads) or
    /// `dx` (an input).
    pub(crate) own_gradient: bool,
    /// The activation that takes its place in a training pass, and its gradient that of its gradient.
    pub(crate) becomes: Option<TensorId>,
}

/// Where a tensor lives.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Place {
    /// Input `i` of the model: the caller's `x`.
    Input(usize),
    /// Output `i` of the model: the caller's `y`.
    Output(usize),
    /// A field of the tape.
    Tape,
}

/// Who wants the gradient of a tensor.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Gradient {
    /// Something upstream learns.
    Always,
    /// The caller, if it asks for the gradient of one of these inputs.
    IfInputs(Vec<usize>),
    /// Nobody: it depends on indices only.
    Never,
}

/// Plans a graph that passed all checks.
pub(crate) fn plan(graph: &Graph) -> Plan {
    let (tensors, activations) = tensors(graph, true);
    let mut done = vec![false; graph.nodes.len()];
    activations.iter().flatten().for_each(|&n| done[n] = true);
    let memory = Memory::new(graph, &tensors);
    Plan { tensors, memory, for_training: false, activations, done }
}

/// Plans the training step of a graph with layers that never learn, for callers who do not ask for the gradients of its inputs. What comes
/// before the first layer that learns has no gradients then, and what of it the backward pass does not read shares memory.
///
/// `None` if no frozen layer comes first: it would be the plan of the graph.
pub(crate) fn for_training(graph: &Graph) -> Option<Plan> {
    let (tensors, activations) = tensors(graph, false);
    let stands_still = |node: &Node| {
        let layer = &graph.layers[node.layer];
        layer.has_weights() && !layer.trainable && tensors[node.outputs[0]].gradient == Gradient::Never
    };
    if !graph.nodes.iter().any(stands_still) {
        return None;
    }
    let memory = Memory::passing(graph, &tensors);
    let done = vec![false; graph.nodes.len()];
    Some(Plan { tensors, memory, for_training: true, activations, done })
}

/// The plans of all tensors, and the activations of [`Plan`]. `asked` says whether a caller may ask for the gradients of the inputs.
fn tensors(graph: &Graph, asked: bool) -> (Vec<TensorPlan>, Vec<Option<usize>>) {
    let read: HashSet<TensorId> = graph.nodes.iter().flat_map(|node| node.inputs.iter().copied()).collect();
    let mut tensors: Vec<TensorPlan> = Vec::new();
    for (id, tensor) in graph.tensors.iter().enumerate() {
        let gradient = match tensor.producer {
            Producer::Input if tensor.holds != Holds::Numbers || !asked => Gradient::Never,
            Producer::Input => Gradient::IfInputs(vec![input_index(graph, id)]),
            Producer::Node(_) => Gradient::Never,
        };
        let place = match tensor.producer {
            Producer::Input => Place::Input(input_index(graph, id)),
            Producer::Node(_) => match graph.outputs.iter().position(|&output| output == id) {
                Some(output) => Place::Output(output),
                None => Place::Tape,
            },
        };
        let own_gradient = match place {
            Place::Input(_) => false,
            Place::Output(_) => read.contains(&id),
            Place::Tape => true,
        };
        tensors.push(TensorPlan { place, gradient, own_gradient, becomes: None });
    }
    for node in &graph.nodes {
        let gradient = node_gradient(&tensors, &graph.layers[node.layer], node);
        for &output in &node.outputs {
            // Indices and masks have none.
            let differentiable = graph.tensors[output].holds == Holds::Numbers;
            tensors[output].gradient = if differentiable { gradient.clone() } else { Gradient::Never };
        }
    }
    let activations = activations(graph, &tensors);
    for (node, &activation) in graph.nodes.iter().zip(&activations) {
        if let Some(activation) = activation.map(|m| &graph.nodes[m])
            && graph.layers[activation.layer].needs_output_alone()
        {
            tensors[node.outputs[0]].becomes = Some(activation.outputs[0]);
        }
    }
    (tensors, activations)
}

/// For each call the activation of its output, where nobody else reads that and both are in memory of the model's own.
fn activations(graph: &Graph, tensors: &[TensorPlan]) -> Vec<Option<usize>> {
    let mut readers = vec![Vec::new(); graph.tensors.len()];
    for (n, node) in graph.nodes.iter().enumerate() {
        node.inputs.iter().for_each(|&input| readers[input].push(n));
    }
    let activation = |node: &Node| {
        let ([output], true) = (&node.outputs[..], graph.layers[node.layer].activates()) else { return None };
        let [reader] = readers[*output][..] else { return None };
        let (activation, next) = (&graph.layers[graph.nodes[reader].layer], graph.nodes[reader].outputs[0]);
        let inside = tensors[*output].place == Place::Tape && tensors[next].place == Place::Tape;
        let is = matches!(activation.op, Op::Activation { .. }) && !activation.copies();
        (is && inside && !graph.reads_sparse(node)).then_some(reader)
    };
    graph.nodes.iter().map(activation).collect()
}

/// Whether the gradient of a call's outputs is wanted: its weights learn, or its inputs' gradients are wanted.
fn node_gradient(tensors: &[TensorPlan], layer: &Layer, node: &Node) -> Gradient {
    if layer.learns() {
        return Gradient::Always;
    }
    let mut inputs = Vec::new();
    for &input in &node.inputs {
        match &tensors[input].gradient {
            Gradient::Always => return Gradient::Always,
            Gradient::IfInputs(more) => {
                inputs.extend(more.iter().copied().filter(|i| !inputs.contains(i)).collect::<Vec<_>>())
            }
            Gradient::Never => {}
        }
    }
    if inputs.is_empty() { Gradient::Never } else { Gradient::IfInputs(inputs) }
}

fn input_index(graph: &Graph, tensor: TensorId) -> usize {
    graph.inputs.iter().position(|&input| input == tensor).unwrap_or_default()
}
