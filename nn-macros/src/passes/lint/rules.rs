//! The rules, one function each, in the order of `nn_core::lints`; those about images are in `rules/images.rs`. Only
//! these files of the macro know single layers by name, because a lint is about the meaning of one layer for another.

mod images;

use super::{Lints, arg, argument, is_given};
use crate::diagnostics::Warning;
use crate::front::values::arguments;
use crate::graph::{Builtin, Graph, Node, Op, Producer, TensorId};
use nn_core::spec::{Dtype, Masking, Value};
use proc_macro2::Span;
use syn::Expr;

/// The variant of `nn_core::activations::Head` for outputs without a known end.
pub(crate) const OTHER: &str = "Other";

/// The variant of `nn_core::activations::Head` for an output.
pub(crate) fn end(graph: &Graph, tensor: TensorId) -> &'static str {
    let Producer::Node(node) = graph.tensors[tensor].producer else { return OTHER };
    let node = &graph.nodes[node];
    match &graph.layers[node.layer].op {
        Op::Activation { function, .. } => match function.name() {
            Some("Softmax") => "Softmax",
            Some("Sigmoid") => "Sigmoid",
            Some("Linear") => end(graph, node.inputs[0]),
            _ => OTHER,
        },
        Op::Builtin(builtin) => match builtin.spec.name {
            "Softmax" => "Softmax",
            "Flatten" | "Reshape" | "Dropout" | "ActivityRegularization" | "AddLoss" => end(graph, node.inputs[0]),
            "Dense" | "Conv1D" | "Conv2D" => "Linear",
            _ => OTHER,
        },
        _ => OTHER,
    }
}

/// Whether a layer is an activation written as a layer.
pub(super) fn is_activation(builtin: &Builtin) -> bool {
    matches!(builtin.spec.name, "Softmax" | "ReLU" | "LeakyReLU" | "PReLU" | "ELU")
}

/// Whether a layer returns its input, and only penalises or marks it.
pub(super) fn only_charges(builtin: &Builtin) -> bool {
    matches!(builtin.spec.name, "ActivityRegularization" | "AddLoss" | "Fill")
}

/// Runs all rules.
pub(super) fn run(lints: &mut Lints<'_>) {
    for node in &lints.graph.nodes {
        activations(lints, node);
        softmax_over_one(lints, node);
        dense_after_dense(lints, node);
        bias_before_batch_normalization(lints, node);
        dropout(lints, node);
        frozen_with_nothing_upstream(lints, node);
        reshape_without_effect(lints, node);
        merge_with_itself(lints, node);
        dropped_mask(lints, node);
        images::run(lints, node);
    }
    frozen_without_weights(lints);
}

/// `activation_after_softmax` and `stacked_activations`.
fn activations(lints: &mut Lints<'_>, node: &Node) {
    let Some(second) = lints.activation(node).filter(|name| name != "Linear") else { return };
    let Some(before) = lints.producer(node.inputs[0]) else { return };
    match lints.activation(before).as_deref() {
        None | Some("Linear") => {}
        Some("Softmax") => lints.report("activation_after_softmax", lints.token(node)),
        // The logits are bounded.
        Some("Tanh" | "Softsign") if second == "Softmax" => {}
        Some(_) => lints.report("stacked_activations", lints.token(node)),
    }
}

fn softmax_over_one(lints: &mut Lints<'_>, node: &Node) {
    if lints.activation(node).is_none_or(|name| name != "Softmax") {
        return;
    }
    let axis = match lints.builtin(node).map(|builtin| argument(builtin, "axis")) {
        None => -1,
        Some(Some(Value::Int(axis))) => axis,
        Some(_) => return,
    };
    let Some(shape) = lints.shape(node.inputs[0]) else { return };
    let length = if shape.rank() == 0 { Some(1) } else { shape.axis(axis).map(|axis| shape.dim(axis)) };
    if length == Some(1) {
        lints.report("softmax_over_one", lints.token(node));
    }
}

fn dense_after_dense(lints: &mut Lints<'_>, node: &Node) {
    if lints.kind(node) != "Dense" {
        return;
    }
    let Some(before) = lints.node_of(node.inputs[0]).filter(|before| lints.kind(before) == "Dense") else { return };
    if lints.readers[node.inputs[0]].len() > 1 || lints.graph.outputs.contains(&node.inputs[0]) {
        return;
    }
    for dense in [before, node] {
        let regularized = lints
            .builtin(dense)
            .is_none_or(|builtin| is_given(builtin, "_regularizer") || is_given(builtin, "_constraint"));
        if regularized || lints.calls[dense.layer] > 1 || !lints.graph.layers[dense.layer].trainable {
            return;
        }
    }
    let features = |tensor: usize| lints.shape(tensor).map(|shape| shape.rows());
    let (Some(first), Some(middle), Some(last)) =
        (features(before.inputs[0]), features(node.inputs[0]), features(node.outputs[0]))
    else {
        return;
    };
    if middle >= first.min(last) {
        lints.report("dense_after_dense", lints.token(before));
    }
}

fn bias_before_batch_normalization(lints: &mut Lints<'_>, node: &Node) {
    if lints.kind(node) != "BatchNormalization" {
        return;
    }
    let (Some(normalization), Some(before)) = (lints.builtin(node), lints.node_of(node.inputs[0])) else { return };
    let Some(biased) = lints.builtin(before) else { return };
    let recurrent = biased.spec.args.iter().any(|arg| arg.name.starts_with("recurrent_"));
    let bias = argument(biased, "use_bias") == Some(Value::Flag(true)) && !recurrent;
    // The statistics must be per feature, and nobody else may read the features with the bias.
    let by_feature = argument(normalization, "axis") == Some(Value::Int(-1));
    let only = lints.readers[node.inputs[0]].len() == 1 && !lints.graph.outputs.contains(&node.inputs[0]);
    let fresh = [node, before].iter().all(|node| lints.graph.layers[node.layer].trainable);
    if bias && by_feature && only && fresh && lints.calls[before.layer] == 1 {
        lints.report("bias_before_batch_normalization", lints.token(before));
    }
}

/// `dropout_on_output`, `dropout_of_nothing` and `dropout_of_everything`.
fn dropout(lints: &mut Lints<'_>, node: &Node) {
    let kind = lints.kind(node);
    if !kind.ends_with("Dropout") && !kind.starts_with("SpatialDropout") && kind != "GaussianNoise" {
        return;
    }
    let Some(builtin) = lints.builtin(node) else { return };
    let written = arg(builtin, "rate").and_then(|rate| rate.expr);
    let at = |lints: &Lints<'_>| written.map_or_else(|| lints.token(node), |expr| lints.source.start(expr));
    match argument(builtin, "rate") {
        Some(Value::Float(0.0)) => lints.report("dropout_of_nothing", at(lints)),
        Some(Value::Float(1.0)) => lints.report("dropout_of_everything", at(lints)),
        _ if lints.graph.outputs.contains(&node.outputs[0]) => lints.report("dropout_on_output", lints.token(node)),
        _ => {}
    }
}

fn frozen_with_nothing_upstream(lints: &mut Lints<'_>, node: &Node) {
    let layer = &lints.graph.layers[node.layer];
    let Some(builtin) = lints.builtin(node).filter(|_| layer.has_weights() && !layer.trainable) else { return };
    let loaded = builtin.spec.reads != [Dtype::Float] || is_given(builtin, "_initializer");
    let upstream = node.inputs.iter().any(|&input| lints.learning[input]);
    if !loaded && !upstream && builtin.inner.is_none() && builtin.spec.name != "BatchNormalization" {
        lints.report("frozen_with_nothing_upstream", trainable(&lints.source[layer.source]));
    }
}

fn frozen_without_weights(lints: &mut Lints<'_>) {
    for layer in &lints.graph.layers {
        if let Op::Builtin(builtin) = &layer.op
            && builtin.inner.is_none()
            && !layer.has_weights()
            && !layer.trainable
        {
            lints.report("frozen_without_weights", trainable(&lints.source[layer.source]));
        }
    }
}

fn reshape_without_effect(lints: &mut Lints<'_>, node: &Node) {
    let same =
        matches!((lints.shape(node.inputs[0]), lints.shape(node.outputs[0])), (Some(x), Some(y)) if x.equals(&y));
    let without_effect = match lints.kind(node) {
        "Flatten" | "Reshape" => same,
        "Permute" => match lints.builtin(node).and_then(|builtin| argument(builtin, "dims")) {
            Some(Value::Ints(order, count)) => (0..count).all(|i| order[i] == i as i64 + 1),
            _ => false,
        },
        _ => false,
    };
    // Without this layer the mask would go on.
    let drops_a_mask = lints.graph.tensors[node.inputs[0]].mask.is_some();
    if without_effect && !drops_a_mask {
        lints.report("reshape_without_effect", lints.token(node));
    }
}

fn merge_with_itself(lints: &mut Lints<'_>, node: &Node) {
    if !matches!(lints.kind(node), "Add" | "Subtract" | "Average" | "Maximum" | "Minimum") {
        return;
    }
    let inputs: Vec<_> = node.inputs.iter().map(|&input| lints.original(input)).collect();
    if inputs.len() > 1 && inputs.iter().all(|&input| input == inputs[0]) {
        lints.report("merge_with_itself", lints.token(node));
    }
}

fn dropped_mask(lints: &mut Lints<'_>, node: &Node) {
    let (drops, unless) = match &lints.graph.layers[node.layer].op {
        Op::Builtin(builtin) => (matches!(builtin.spec.masking, Masking::Drops), None),
        Op::Activation { .. } => (false, None),
        Op::Component(component) => (true, Some(component.heeds_mask)),
    };
    let masks: Vec<_> = node.inputs.iter().filter_map(|&input| lints.graph.tensors[input].mask).collect();
    if drops && !lints.graph.layers[node.layer].part && !masks.is_empty() {
        // After a user's own layer there is a mask only if that layer hands it on.
        let conditions: Option<Vec<_>> = masks.into_iter().map(|mask| lints.graph.tensors[mask].exists_if).collect();
        let if_any = conditions.unwrap_or_default();
        lints.found.push(Warning { lint: "dropped_mask", span: lints.token(node), detail: None, unless, if_any });
    }
}

/// The keyword `trainable` of a call that makes a layer.
fn trainable(source: &Expr) -> Span {
    let Expr::Call(call) = source else { return super::token(source) };
    let keywords = arguments(call).into_iter().filter_map(|(keyword, _)| keyword);
    keywords.into_iter().find(|keyword| keyword == "trainable").map_or_else(|| super::token(source), |word| word.span())
}
