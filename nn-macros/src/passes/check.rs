//! Rules about the graph as a whole:
//!
//! - every input of the model was made by `Input`, is listed once, and reaches an output;
//! - every `Input` that an output depends on is listed (Keras's "Graph disconnected");
//! - every layer is called, and every call reaches an output or the loss;
//! - outputs are listed once;
//! - the number of inputs and outputs is within the tuples of the library;
//! - arguments that decide where masks go are literals.

use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, LayerId, Node, Op, Producer, TensorId};
use nn_core::Code;
use nn_core::spec::{Dtype, MAX_INPUTS, MAX_MODEL_OUTPUTS, Masking};
use std::collections::HashSet;

/// Reports all faults of the graph as a whole.
pub(crate) fn check(graph: &mut Graph, diagnostics: &mut Diagnostics) {
    // After an unresolved statement, anything may be missing because of it.
    if !graph.complete || diagnostics.any() {
        return;
    }
    lists(graph, diagnostics);
    masks(graph, diagnostics);
    let losses = graph.nodes.iter().filter(|node| graph.layers[node.layer].adds_loss()).flat_map(|node| &node.outputs);
    let needed = before(graph, graph.outputs.iter().chain(losses).copied().collect());
    inputs(graph, &needed, diagnostics);
    layers(graph, &needed, diagnostics);
}

/// Some tensors and everything they depend on.
fn before(graph: &Graph, mut tensors: HashSet<TensorId>) -> HashSet<TensorId> {
    for node in graph.nodes.iter().rev() {
        if node.outputs.iter().any(|output| tensors.contains(output)) {
            tensors.extend(node.reads());
        }
    }
    tensors
}

fn lists(graph: &Graph, diagnostics: &mut Diagnostics) {
    for (tensors, exprs, what, most) in [
        (&graph.inputs, &graph.input_exprs, "inputs", MAX_INPUTS),
        (&graph.outputs, &graph.output_exprs, "outputs", MAX_MODEL_OUTPUTS),
    ] {
        let mut seen = HashSet::new();
        for (tensor, expr) in tensors.iter().zip(exprs) {
            if !seen.insert(tensor) {
                let text = diagnostics.source.text(*expr);
                diagnostics
                    .error(Code::ListedTwice, expr, format!("`{text}` is listed twice among the {what}"))
                    .help("remove one of them");
            }
        }
        if tensors.len() > most {
            let message = format!("a model has at most {most} {what}, but this one has {}", tensors.len());
            diagnostics.error(Code::TooMany, &exprs[most], message);
        }
    }
    for (&tensor, expr) in graph.outputs.iter().zip(&graph.output_exprs) {
        if graph.tensors[tensor].producer == Producer::Input {
            let text = diagnostics.source.text(*expr);
            diagnostics
                .error(Code::NotComputed, expr, format!("the output `{text}` is an input: no layer computes it"))
                .help("`Activation(linear)(x)` passes a tensor on unchanged");
        } else if graph.tensors[tensor].dtype == Dtype::U32 {
            diagnostics.error(Code::WrongDtype, expr, "an output holds numbers, not indices");
        }
    }
}

/// Checks arguments that masks depend on. The macro adds calls for masks to the graph before rustc evaluates constants.
/// A flag that only rustc knows would be taken for `false`, and masked steps would count silently.
fn masks(graph: &Graph, diagnostics: &mut Diagnostics) {
    let mut seen = HashSet::new();
    for node in &graph.nodes {
        for layer in graph.chain(node.layer) {
            let Op::Builtin(builtin) = &graph.layers[layer].op else { continue };
            let slot = match builtin.spec.masking {
                Masking::Makes { flag: Some(flag), .. } => flag,
                Masking::Reads { passes: Some(flag), .. } if !node.masks.is_empty() => flag,
                _ => continue,
            };
            let (spec, arg) = (&builtin.spec.args[slot], &builtin.args[slot]);
            if let (None, Some(expr), true) = (arg.value, arg.expr, seen.insert((layer, slot))) {
                let text = diagnostics.source.text(expr);
                let message =
                    format!("`{}` expects `true` or `false` where there is a mask, but got `{text}`", spec.name);
                diagnostics
                    .error(Code::ArgumentType, &expr, message)
                    .help("masks are a part of the graph, which is known before constants are: write the value");
            }
        }
    }
}

fn inputs(graph: &Graph, needed: &HashSet<TensorId>, diagnostics: &mut Diagnostics) {
    let is_input = |&tensor: &TensorId| graph.tensors[tensor].producer == Producer::Input;
    for (_, expr) in graph.inputs.iter().zip(&graph.input_exprs).filter(|(tensor, _)| !is_input(tensor)) {
        let text = diagnostics.source.text(*expr);
        let message = format!("the input `{text}` was not made by `Input(..)`");
        diagnostics
            .error(Code::NotAnInput, expr, message)
            .help("list the tensors that `Input(shape = ..)` made; a name that is bound again is no longer its input");
    }
    if !graph.inputs.iter().all(is_input) {
        // The input that was meant instead is missing from the list.
        return;
    }
    let elsewhere = elsewhere(graph, diagnostics);
    // If a layer has no output, its inputs become connected as soon as that layer is.
    let read = |tensor: TensorId| graph.nodes.iter().any(|node| node.reads().any(|read| read == tensor));
    for (&tensor, expr) in graph.inputs.iter().zip(&graph.input_exprs) {
        if !needed.contains(&tensor) && !read(tensor) && elsewhere.is_empty() {
            let text = diagnostics.source.text(*expr);
            let message = format!("the input `{text}` is not connected to any output");
            diagnostics
                .error(Code::NotConnected, expr, message)
                .help("call a layer on it, or remove it from `inputs` and from the graph");
        }
    }
    for &tensor in graph.declared.iter().filter(|tensor| !graph.inputs.contains(tensor)) {
        let (name, span) = (&graph.tensors[tensor].name, graph.tensors[tensor].span);
        // An output that is an input has its error already.
        let is_output = graph.outputs.contains(&tensor);
        if needed.contains(&tensor) && !elsewhere.contains(&tensor) && !is_output {
            let message = format!(
                "graph disconnected: the outputs depend on the input `{name}`, which is not listed in `inputs`"
            );
            diagnostics.error(Code::Disconnected, &span, message).help(format!("add `{name}` to `Model(inputs = ..)`"));
        } else if !needed.contains(&tensor) && !read(tensor) {
            diagnostics
                .error(Code::NotConnected, &span, format!("the input `{name}` is never used"))
                .help("call a layer on it and list it in `Model(inputs = ..)`, or remove it");
        }
    }
}

/// Reports outputs that depend on none of the listed inputs. Returns the inputs that they depend on.
fn elsewhere(graph: &Graph, diagnostics: &mut Diagnostics) -> HashSet<TensorId> {
    let mut all = HashSet::new();
    for (&output, expr) in graph.outputs.iter().zip(&graph.output_exprs) {
        let before = before(graph, [output].into());
        let from: Vec<TensorId> = graph.declared.iter().copied().filter(|tensor| before.contains(tensor)).collect();
        if from.is_empty() || from.contains(&output) || from.iter().any(|tensor| graph.inputs.contains(tensor)) {
            continue;
        }
        let names: Vec<String> = from.iter().map(|&tensor| format!("`{}`", graph.tensors[tensor].name)).collect();
        let text = diagnostics.source.text(*expr);
        diagnostics
            .error(Code::NoInput, expr, format!("the output `{text}` depends on none of the inputs that are listed"))
            .help(format!("it is computed from {}: list that in `inputs`", names.join(" and ")));
        all.extend(from);
    }
    all
}

fn layers(graph: &Graph, needed: &HashSet<TensorId>, diagnostics: &mut Diagnostics) {
    let mut calls: Vec<Vec<&Node>> = vec![Vec::new(); graph.layers.len()];
    for node in &graph.nodes {
        graph.chain(node.layer).for_each(|layer| calls[layer].push(node));
    }
    // A wrapper is called in place of its inner layer.
    let wrapped: HashSet<LayerId> = (0..graph.layers.len()).flat_map(|layer| graph.chain(layer).skip(1)).collect();
    for (id, (layer, calls)) in graph.layers.iter().zip(&calls).enumerate() {
        if layer.part || layer.inside {
            continue;
        }
        let name = &layer.name;
        if calls.is_empty() && !wrapped.contains(&id) {
            diagnostics
                .error(Code::NeverCalled, &layer.source, format!("the layer `{name}` is never called"))
                .help(format!("call it on a tensor: `{name}(x)`, or remove it"));
        }
        // In a chain of layers, the last one is to blame.
        let lost = |node: &&&Node| !node.outputs.iter().any(|output| needed.contains(output)) && !is_read(graph, node);
        if calls.iter().any(|node| lost(&node)) {
            diagnostics
                .error(
                    Code::ReachesNoOutput,
                    &layer.source,
                    format!("the output of the layer `{name}` reaches no output of the model"),
                )
                .help("use it in another layer, list it in `Model(outputs = ..)`, or remove it");
        }
    }
}

/// Whether another call reads an output of this call. The parts of the call do not count.
fn is_read(graph: &Graph, node: &Node) -> bool {
    graph
        .nodes
        .iter()
        .filter(|next| next.reads().any(|read| node.outputs.contains(&read)))
        .any(|next| if graph.layers[next.layer].part { is_read(graph, next) } else { true })
}
