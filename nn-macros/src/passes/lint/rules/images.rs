//! The rules about images: `pooling_drops_border`, `dense_on_image` and `concatenate_over_space`.

use super::{is_activation, only_charges};
use crate::graph::{Node, Op, Producer, TensorId};
use crate::passes::lint::{Lints, arg, argument, is_choice};
use nn_core::spec::{Dtype, Value};

/// Runs the rules.
pub(super) fn run(lints: &mut Lints<'_>, node: &Node) {
    pooling_drops_border(lints, node);
    dense_on_image(lints, node);
    concatenate_over_space(lints, node);
}

fn pooling_drops_border(lints: &mut Lints<'_>, node: &Node) {
    let axes: &[&str] = match lints.kind(node) {
        "MaxPooling1D" | "AveragePooling1D" => &["step"],
        "MaxPooling2D" | "AveragePooling2D" => &["row", "column"],
        _ => return,
    };
    let Some(builtin) = lints.builtin(node).filter(|builtin| is_choice(builtin, "padding", "valid")) else { return };
    let (Some(x), Some(y)) = (lints.shape(node.inputs[0]), lints.shape(node.outputs[0])) else { return };
    let Some(Value::Sizes(window)) = argument(builtin, "pool_size") else { return };
    let stride = match argument(builtin, "strides") {
        Some(Value::Sizes(stride)) => stride,
        Some(Value::Absent) => window,
        _ => return,
    };
    let mut dropped = Vec::new();
    for (axis, name) in axes.iter().enumerate() {
        // One number stands for both axes.
        let [window, stride] = [window, stride].map(|sizes| sizes.dim(axis.min(sizes.rank() - 1)));
        let rest = x.dim(axis) - ((y.dim(axis) - 1) * stride + window);
        // As many are between two windows, too.
        if rest > stride.saturating_sub(window) {
            dropped.push(format!("{rest} {name}{}", if rest == 1 { "" } else { "s" }));
        }
    }
    if !dropped.is_empty() {
        let detail = format!("it drops {} of {x}", dropped.join(" and "));
        lints.report_numbers("pooling_drops_border", lints.token(node), detail);
    }
}

fn dense_on_image(lints: &mut Lints<'_>, node: &Node) {
    if lints.kind(node) != "Dense" || lints.shape(node.inputs[0]).is_none_or(|x| x.rank() != 3) {
        return;
    }
    let Some(mixes) = is_of_image(lints, node.inputs[0]) else { return };
    if is_meant_flat(lints, node.outputs[0], mixes) {
        lints.report("dense_on_image", lints.token(node));
    }
}

/// Whether a layer computes every position of its output from the same position of its input.
fn is_by_position(lints: &Lints<'_>, node: &Node) -> bool {
    match &lints.graph.layers[node.layer].op {
        Op::Activation { .. } => true,
        Op::Builtin(builtin) => {
            let noise = builtin.spec.name.contains("Dropout") || builtin.spec.name.contains("Noise");
            let scales = builtin.spec.name.contains("Normalization") || builtin.spec.name == "Rescaling";
            let other = matches!(builtin.spec.name, "Dense" | "Identity");
            noise || scales || other || is_activation(builtin) || only_charges(builtin)
        }
        Op::Component(_) => false,
    }
}

/// Whether layers between an input and this tensor mix the pixels of an image. `None` if the tensor is not known as an
/// image, or comes from another Dense, which is reported.
fn is_of_image(lints: &Lints<'_>, tensor: TensorId) -> Option<bool> {
    let node = match lints.graph.tensors[tensor].producer {
        Producer::Input => return (lints.graph.tensors[tensor].dtype == Dtype::Float).then_some(false),
        Producer::Node(node) => &lints.graph.nodes[node],
    };
    match lints.kind(node) {
        "Dense" => None,
        kind if kind.contains("2D") => Some(true),
        "Add" | "Average" | "Concatenate" | "Maximum" | "Minimum" | "Multiply" | "Subtract" => {
            is_of_image(lints, node.inputs[0])
        }
        _ if is_by_position(lints, node) => is_of_image(lints, node.inputs[0]),
        _ => None,
    }
}

/// Whether a tensor stays an image until outputs of the model and Flattens, and nothing reads its pixels as such. An
/// output of the size of an input has a class for each pixel, if the pixels are mixed before.
fn is_meant_flat(lints: &Lints<'_>, tensor: TensorId, mixes: bool) -> bool {
    let (is_output, readers) = (lints.graph.outputs.contains(&tensor), &lints.readers[tensor]);
    let sides = |tensor: TensorId| lints.shape(tensor).filter(|x| x.rank() == 3).map(|x| (x.dim(0), x.dim(1)));
    let size = sides(tensor);
    let by_pixel = mixes && lints.graph.inputs.iter().any(|&input| sides(input) == size);
    (is_output || !readers.is_empty())
        && (!is_output || !by_pixel)
        && readers.iter().all(|&reader| {
            let reader = &lints.graph.nodes[reader];
            lints.kind(reader) == "Flatten"
                || (is_by_position(lints, reader) && is_meant_flat(lints, reader.outputs[0], mixes))
        })
}

fn concatenate_over_space(lints: &mut Lints<'_>, node: &Node) {
    if lints.kind(node) != "Concatenate" || node.inputs.len() < 2 {
        return;
    }
    let Some(axis) = lints.builtin(node).and_then(|builtin| arg(builtin, "axis")) else { return };
    let (Some(Value::Int(along)), Some(written)) = (axis.value, axis.expr) else { return };
    let shapes: Option<Vec<_>> = node.inputs.iter().map(|&input| lints.shape(input)).collect();
    let Some(shapes) = shapes.filter(|shapes| shapes[0].rank() == 3) else { return };
    // Channels of images of other sizes cannot be joined.
    let same = shapes.iter().all(|shape| shape.with_last(1).equals(&shapes[0].with_last(1)));
    if same && shapes[0].axis(along).is_some_and(|axis| axis < 2) {
        lints.report("concatenate_over_space", lints.source.start(written));
    }
}
