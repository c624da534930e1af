//! Rules about the graph as a whole:
//!
//! - every input of the model was made by `Input`, is listed once, and reaches an output;
//! - every `Input` that an output depends on is listed (Keras's "Graph disconnected");
//! - every layer is called, and every call reaches an output;
//! - outputs are listed once;
//! - there are not more inputs and outputs than the library has tuples for.

use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, Producer, TensorId};
use nn_core::Code;
use nn_core::spec::MAX_INPUTS;
use quote::ToTokens;
use std::collections::HashSet;

/// Reports everything that is wrong with the graph as a whole.
pub(crate) fn check(graph: &Graph, diagnostics: &mut Diagnostics) {
    // With a statement that could not be resolved, anything may be missing because of it.
    if !graph.complete || diagnostics.any() {
        return;
    }
    lists(graph, diagnostics);
    let needed = needed(graph);
    inputs(graph, &needed, diagnostics);
    layers(graph, &needed, diagnostics);
}

/// The tensors that the outputs depend on.
fn needed(graph: &Graph) -> HashSet<TensorId> {
    let mut needed: HashSet<TensorId> = graph.outputs.iter().copied().collect();
    for node in graph.nodes.iter().rev() {
        if node.outputs.iter().any(|output| needed.contains(output)) {
            needed.extend(&node.inputs);
        }
    }
    needed
}

fn lists(graph: &Graph, diagnostics: &mut Diagnostics) {
    for (tensors, exprs, what) in
        [(&graph.inputs, &graph.input_spans, "inputs"), (&graph.outputs, &graph.output_spans, "outputs")]
    {
        let mut seen = HashSet::new();
        for (tensor, expr) in tensors.iter().zip(exprs) {
            if !seen.insert(tensor) {
                diagnostics.error(
                    Code::ListedTwice,
                    expr,
                    format!("`{}` is listed twice among the {what}", expr.to_token_stream()),
                );
            }
        }
        if tensors.len() > MAX_INPUTS {
            let message = format!("a model has at most {MAX_INPUTS} {what}, but this one has {}", tensors.len());
            diagnostics.error(Code::TooMany, &exprs[MAX_INPUTS], message);
        }
    }
    for (&tensor, expr) in graph.outputs.iter().zip(&graph.output_spans) {
        if graph.tensors[tensor].producer == Producer::Input {
            diagnostics
                .error(
                    Code::NotComputed,
                    expr,
                    format!("the output `{}` is an input: no layer computes it", expr.to_token_stream()),
                )
                .help("`Activation(linear)(x)` passes a tensor on unchanged");
        } else if graph.tensors[tensor].integer {
            diagnostics.error(Code::WrongDtype, expr, "an output holds numbers, not indices");
        }
    }
}

fn inputs(graph: &Graph, needed: &HashSet<TensorId>, diagnostics: &mut Diagnostics) {
    for (tensor, expr) in graph.inputs.iter().zip(&graph.input_spans) {
        let name = expr.to_token_stream();
        if graph.tensors[*tensor].producer != Producer::Input {
            diagnostics.error(Code::NotAnInput, expr, format!("the input `{name}` was not made by `Input(..)`")).help(
                "list the tensors that `Input(shape = ..)` made; a name that is bound again is no longer its input",
            );
        } else if !needed.contains(tensor) {
            diagnostics
                .error(Code::NotConnected, expr, format!("the input `{name}` is not connected to any output"))
                .help("call a layer on it, or remove it from `inputs`");
        }
    }
    if graph.inputs.iter().any(|&tensor| graph.tensors[tensor].producer != Producer::Input) {
        // The one that was meant instead is missing.
        return;
    }
    for &tensor in &graph.declared {
        if graph.inputs.contains(&tensor) {
            continue;
        }
        let name = &graph.tensors[tensor].name;
        if needed.contains(&tensor) {
            diagnostics
                .error_at(
                    Code::Disconnected,
                    graph.tensors[tensor].span,
                    format!(
                        "graph disconnected: the outputs depend on the input `{name}`, which is not listed in `inputs`"
                    ),
                )
                .help(format!("add `{name}` to `Model(inputs = ..)`"));
        } else {
            diagnostics
                .error_at(Code::NotConnected, graph.tensors[tensor].span, format!("the input `{name}` is never used"))
                .help("call a layer on it and list it in `Model(inputs = ..)`, or remove it");
        }
    }
}

fn layers(graph: &Graph, needed: &HashSet<TensorId>, diagnostics: &mut Diagnostics) {
    for (id, layer) in graph.layers.iter().enumerate() {
        if layer.part || layer.inside {
            continue;
        }
        let calls: Vec<_> =
            graph.nodes.iter().filter(|node| graph.chain(node.layer).any(|other| other == id)).collect();
        let name = &layer.name;
        // A layer around another one is called in its place.
        let wrapped =
            graph.layers.iter().enumerate().any(|(other, _)| other != id && graph.chain(other).any(|l| l == id));
        if calls.is_empty() && !wrapped {
            diagnostics
                .error(Code::NeverCalled, &layer.source, format!("the layer `{name}` is never called"))
                .help(format!("call it on a tensor: `{name}(x)`, or remove it"));
        }
        for node in calls {
            let reaches = node.outputs.iter().any(|&output| needed.contains(&output));
            if !reaches {
                diagnostics
                    .error(
                        Code::ReachesNoOutput,
                        &layer.source,
                        format!("the output of the layer `{name}` reaches no output of the model"),
                    )
                    .help("use it in another layer, list it in `Model(outputs = ..)`, or remove it");
                break;
            }
        }
    }
}
