//! The owner of each tensor's memory, and the fused activations. This comes before sharing is decided.

use super::gradients::{Gradient, gradients, input_index};
use super::program::{CallId, Form};
use crate::graph::{Graph, Node, Op, Producer, TensorId};
use nn_core::spec::{Dtype, Masking};
use std::collections::HashSet;

/// The owner of a tensor's memory.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Home {
    /// The caller, for input `i` of the model.
    Input(usize),
    /// The caller, for output `i` of the model.
    Output(usize),
    /// The model.
    Tape,
}

/// The place of a tensor of a graph.
pub(super) struct TensorPlace {
    pub(super) home: Home,
    pub(super) gradient: Gradient,
    /// Whether its gradient has memory of its own. Otherwise the gradient is the caller's: `dy` of an output that
    /// nothing inside reads, or `dx` of an input.
    pub(super) own_gradient: bool,
    /// The activation that takes its place in a training pass. The activation's gradient takes the place of its
    /// gradient.
    pub(super) becomes: Option<TensorId>,
}

/// The places of a graph's tensors, and the activations that are fused into the calls before them.
pub(super) struct Places {
    pub(super) tensors: Vec<TensorPlace>,
    /// For each call, the call of the activation that it computes in the place of its output.
    pub(super) then: Vec<Option<CallId>>,
    /// For each call, whether it is such an activation.
    pub(super) fused: Vec<bool>,
    /// For each call, whether the form runs it.
    pub(super) made: Vec<bool>,
}

impl Places {
    pub(super) fn new(graph: &Graph, form: Form) -> Self {
        // A call that makes a mask of a tensor gives it no gradient.
        let readers = graph.nodes.iter().filter(|node| computes_numbers(graph, node));
        let read: HashSet<TensorId> = readers.flat_map(|node| node.inputs.iter().copied()).collect();
        // In the tail of a graph no caller asks for the gradients of the inputs.
        let gradients = gradients(graph, form != Form::TrainTail).into_iter().enumerate();
        let mut tensors: Vec<TensorPlace> = gradients
            .map(|(id, gradient)| {
                let home = match graph.tensors[id].producer {
                    Producer::Input => Home::Input(input_index(graph, id)),
                    Producer::Node(_) => match graph.outputs.iter().position(|&output| output == id) {
                        Some(output) => Home::Output(output),
                        None => Home::Tape,
                    },
                };
                let own_gradient = match home {
                    Home::Input(_) => false,
                    Home::Output(_) => read.contains(&id),
                    Home::Tape => true,
                };
                TensorPlace { home, gradient, own_gradient, becomes: None }
            })
            .collect();
        let then = fused(graph, &tensors);
        for (node, &activation) in graph.nodes.iter().zip(&then) {
            if let Some(activation) = activation.map(|m| &graph.nodes[m])
                && graph.layers[activation.layer].needs_output_alone()
                // The backward pass of a user's layer may read its output.
                && !matches!(graph.layers[node.layer].op, Op::Component(_))
            {
                tensors[node.outputs[0]].becomes = Some(activation.outputs[0]);
            }
        }
        let mut is_fused = vec![false; graph.nodes.len()];
        then.iter().flatten().for_each(|&n| is_fused[n] = true);
        Places { tensors, then, fused: is_fused, made: made(graph, form) }
    }

    /// The tensor whose memory a tensor has in a training pass: itself, or the activation that is computed in its
    /// place.
    pub(super) fn kept(&self, tensor: TensorId) -> TensorId {
        self.tensors[tensor].becomes.unwrap_or(tensor)
    }

    /// Whether a call is an activation that the call before it computed in a training pass.
    pub(super) fn is_kept(&self, node: &Node) -> bool {
        matches!(node.inputs[..], [input] if self.kept(input) == node.outputs[0])
    }

    /// The output of a softmax or another activation, and its logits, if a loss can work on these: the logits are in
    /// the tape, and nothing inside reads the output.
    pub(super) fn head(&self, graph: &Graph, node: &Node) -> Option<(usize, TensorId)> {
        if !graph.layers[node.layer].may_be_head() {
            return None;
        }
        let (output, logits) = (&self.tensors[node.outputs[0]], node.inputs[0]);
        match output.home {
            Home::Output(i) if !output.own_gradient && self.tensors[logits].home == Home::Tape => Some((i, logits)),
            _ => None,
        }
    }

    /// The outputs of the model that are outputs of an inner model and that nothing inside reads, each with its index
    /// there. Only the inner model knows whether they have logits.
    pub(super) fn inside_heads(&self, graph: &Graph, node: &Node) -> Vec<(usize, usize)> {
        if !matches!(graph.layers[node.layer].op, Op::Component(_)) {
            return Vec::new();
        }
        let outputs = node.outputs.iter().enumerate().filter_map(|(k, &tensor)| match self.tensors[tensor].home {
            Home::Output(i) if !self.tensors[tensor].own_gradient => Some((i, k)),
            _ => None,
        });
        outputs.collect()
    }
}

/// Whether a call computes numbers, and not a mask.
fn computes_numbers(graph: &Graph, node: &Node) -> bool {
    node.outputs.iter().any(|&output| graph.tensors[output].dtype != Dtype::U32)
}

/// For each call, whether a form runs it. A form skips masks that nobody reads.
fn made(graph: &Graph, form: Form) -> Vec<bool> {
    let mut read = vec![false; graph.tensors.len()];
    // The losses ask for the masks of outputs.
    graph.outputs.iter().filter_map(|&output| graph.tensors[output].mask).for_each(|mask| read[mask] = true);
    let mut made = vec![true; graph.nodes.len()];
    for (made, node) in made.iter_mut().zip(&graph.nodes).rev() {
        *made = computes_numbers(graph, node) || node.outputs.iter().any(|&output| read[output]);
        if *made {
            node.inputs.iter().chain(masks(graph, node, form).iter().flatten()).for_each(|&tensor| read[tensor] = true);
        }
    }
    made
}

/// The masks that a call reads in a form, one entry for each input; empty if it reads none.
pub(super) fn masks<'a>(graph: &Graph, node: &'a Node, form: Form) -> &'a [Option<TensorId>] {
    let mut inside = graph.chain(node.layer).filter_map(|layer| match &graph.layers[layer].op {
        Op::Builtin(builtin) => Some(builtin.spec.masking),
        _ => None,
    });
    let only_trains = inside.any(|masking| matches!(masking, Masking::Trains));
    if only_trains && form == Form::Predict { &[] } else { &node.masks }
}

/// For each call, the activation of its output, if nobody else reads that and both are in the model's own memory.
fn fused(graph: &Graph, tensors: &[TensorPlace]) -> Vec<Option<CallId>> {
    let mut readers = vec![Vec::new(); graph.tensors.len()];
    for (n, node) in graph.nodes.iter().enumerate() {
        node.inputs.iter().for_each(|&input| readers[input].push(n));
    }
    let activation = |node: &Node| {
        let ([output], true) = (&node.outputs[..], graph.layers[node.layer].activates()) else { return None };
        let [reader] = readers[*output][..] else { return None };
        let (activation, next) = (&graph.layers[graph.nodes[reader].layer], graph.nodes[reader].outputs[0]);
        let inside = tensors[*output].home == Home::Tape && tensors[next].home == Home::Tape;
        let is = matches!(activation.op, Op::Activation { .. }) && !activation.copies();
        (is && inside && !graph.reads_sparse(node) && graph.keeps_dtype(*output, next)).then_some(reader)
    };
    graph.nodes.iter().map(activation).collect()
}
