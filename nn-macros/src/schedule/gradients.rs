//! The demand for the gradients of tensors.

use crate::graph::{Graph, Layer, Node, Producer};

/// The demand for the gradient of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Gradient {
    /// Wanted, because a layer upstream learns.
    Always,
    /// Wanted if the caller asks for the gradient of one of these inputs.
    IfAsked(Vec<usize>),
    /// Never wanted: the tensor depends only on indices.
    Never,
}

impl Gradient {
    /// The inputs that decide, if the demand depends on the caller.
    pub(super) fn asked(&self) -> Option<Vec<usize>> {
        match self {
            Gradient::IfAsked(inputs) => Some(inputs.clone()),
            _ => None,
        }
    }
}

/// For each tensor, whether a layer upstream of it learns.
pub(crate) fn learning(graph: &Graph) -> Vec<bool> {
    gradients(graph, true).iter().map(|gradient| *gradient == Gradient::Always).collect()
}

/// The demand for the gradient of each tensor. `asked` says whether a caller may ask for the gradients of the inputs.
pub(super) fn gradients(graph: &Graph, asked: bool) -> Vec<Gradient> {
    let of_input = |(id, tensor): (usize, &crate::graph::Tensor)| match tensor.producer {
        Producer::Input if tensor.has_scalars() && asked => Gradient::IfAsked(vec![input_index(graph, id)]),
        _ => Gradient::Never,
    };
    let mut gradients: Vec<Gradient> = graph.tensors.iter().enumerate().map(of_input).collect();
    for node in &graph.nodes {
        let gradient = of_call(&gradients, &graph.layers[node.layer], node);
        for &output in &node.outputs {
            // Indices and masks have no gradient.
            gradients[output] = if graph.tensors[output].has_scalars() { gradient.clone() } else { Gradient::Never };
        }
    }
    gradients
}

/// The gradient of a call's outputs is wanted if its weights learn or if the gradient of an input is wanted.
fn of_call(gradients: &[Gradient], layer: &Layer, node: &Node) -> Gradient {
    if layer.learns() {
        return Gradient::Always;
    }
    let mut inputs = Vec::new();
    for &input in &node.inputs {
        match &gradients[input] {
            Gradient::Always => return Gradient::Always,
            Gradient::IfAsked(more) => {
                let new: Vec<usize> = more.iter().copied().filter(|i| !inputs.contains(i)).collect();
                inputs.extend(new);
            }
            Gradient::Never => {}
        }
    }
    if inputs.is_empty() { Gradient::Never } else { Gradient::IfAsked(inputs) }
}

/// The index of an input in the model's inputs.
pub(super) fn input_index(graph: &Graph, tensor: usize) -> usize {
    graph.inputs.iter().position(|&input| input == tensor).unwrap_or_default()
}
