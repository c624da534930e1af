//! Shapes, in the order of computation. If all dimensions are literals, the layers' shape rules run here. Otherwise
//! they become named constants, and rustc evaluates the same rules.

mod report;

use crate::diagnostics::Diagnostics;
use crate::front::values::is_too_large;
use crate::graph::{Builtin, Computed, Facts, Graph, Inference, LayerId, Node, Op, RuleOf, Shaped, Shared};
use nn_core::Code;
use nn_core::layers::masking;
use nn_core::shape::Shape;
use nn_core::spec::{Inferred, Kind, Value};
use report::report;
pub(crate) use report::{origin, read};

/// Finds the shapes of all tensors and the type constants of all layers.
pub(crate) fn infer(graph: &mut Graph, diagnostics: &mut Diagnostics) {
    for tensor in graph.declared.clone() {
        if let Shaped::Written(dims) = &graph.tensors[tensor].shape {
            let (name, value) = (graph.tensors[tensor].name.to_string(), Computed::Input(tensor, dims.clone()));
            graph.tensors[tensor].shape = Shaped::Const(graph.defer(&name, value));
        }
    }
    for n in 0..graph.nodes.len() {
        if graph.nodes[n].reads().any(|t| matches!(graph.tensors[t].shape, Shaped::Unknown)) {
            continue;
        }
        node(graph, n, diagnostics);
    }
}

/// Finds the shapes of the outputs of a call.
pub(crate) fn node(graph: &mut Graph, n: usize, diagnostics: &mut Diagnostics) {
    let layer = graph.nodes[n].layer;
    let inputs: Vec<Shaped> = graph.nodes[n].inputs.iter().map(|&t| graph.tensors[t].shape.clone()).collect();
    if let Op::Activation { .. } = graph.layers[layer].op {
        let output = graph.nodes[n].outputs[0];
        graph.tensors[output].shape = inputs[0].clone();
        return;
    }
    if !given_mask(graph, n, diagnostics) {
        return;
    }
    let Some(facts) = layer_facts(graph, n, layer, &inputs, diagnostics) else { return };
    if let Facts::Known(inferred) = &facts
        && !counted(graph, n, inferred, diagnostics)
    {
        return;
    }
    for (k, &output) in graph.nodes[n].outputs.iter().enumerate() {
        graph.tensors[output].shape = facts.output(k);
    }
    graph.nodes[n].facts = Some(facts);
}

/// Whether a given mask fits the first input of its call.
fn given_mask(graph: &mut Graph, n: usize, diagnostics: &mut Diagnostics) -> bool {
    let node = &graph.nodes[n];
    let Some((mask, _)) = node.given_mask else { return true };
    let (layer, shapes) = (node.layer, [node.inputs[0], mask].map(|tensor| graph.tensors[tensor].shape.clone()));
    let (Some(x), Some(m)) = (known(&shapes[0]), known(&shapes[1])) else {
        graph.checks.push(inference(n, layer, RuleOf::Mask, &shapes));
        return true;
    };
    match (masking::FITS.find)(&[], &[x, m]) {
        Ok(_) => true,
        Err(error) => {
            report(graph, n, layer, RuleOf::Mask, error, diagnostics);
            false
        }
    }
}

/// Whether a call has a name for each of its outputs.
fn counted(graph: &Graph, n: usize, inferred: &Inferred, diagnostics: &mut Diagnostics) -> bool {
    let (node, found) = (&graph.nodes[n], inferred.outputs().len());
    let layer = &graph.layers[node.layer];
    let named = node.outputs.len();
    if named > found {
        let extra = graph.tensors[node.outputs[found]].span;
        let tensors = if found == 1 { "tensor" } else { "tensors" };
        let message = format!("`{}` gives {found} {tensors}, but has {named} names here", layer.kind());
        let has_states = match &layer.op {
            Op::Builtin(builtin) => builtin.spec.args.iter().any(|arg| arg.name == "return_state"),
            _ => false,
        };
        let error = diagnostics.error(Code::OutputCount, &extra, message);
        if has_states {
            error.help(
                "`return_state = true` returns the last states too: `let (y, h) = GRU(8, return_state = true)(x);`",
            );
        } else if found == 1 {
            error.help("write `let y = ..;`, without parentheses");
        }
    } else if named < found {
        let names = ["a", "b", "c", "d", "e"].iter().take(found).copied().collect::<Vec<_>>().join(", ");
        diagnostics
            .error(Code::OutputCount, &layer.source, format!("`{}` gives {found} tensors here", layer.kind()))
            .help(format!("name all of them: `let ({names}) = ..;`"));
    }
    named == found
}

/// The facts about a layer or an inner layer, on inputs of these shapes; `None` after an error. The node keeps the
/// facts of deeper layers.
fn layer_facts(
    graph: &mut Graph,
    n: usize,
    layer: LayerId,
    inputs: &[Shaped],
    diagnostics: &mut Diagnostics,
) -> Option<Facts> {
    let inner = match &graph.layers[layer].op {
        Op::Activation { .. } => return Some(Facts::Known(Box::new(Inferred::new(known(&inputs[0])?, &[])))),
        Op::Component(_) => {
            let counted = graph.nodes[n].layer == layer && graph.nodes[n].outputs.len() > 1;
            let Op::Component(component) = &graph.layers[layer].op else { return None };
            let shared = component.first.clone();
            let inference = Inference { counted, shared, ..inference(n, layer, RuleOf::Component, inputs) };
            let facts = graph.defer_facts(n, layer, Computed::Inference(inference));
            if let Op::Component(component) = &mut graph.layers[layer].op {
                component.first.get_or_insert_with(|| Shared { first: facts.clone(), on: inputs[0].clone() });
            }
            return Some(facts);
        }
        Op::Builtin(builtin) => builtin.inner,
    };
    let mut within = None;
    if let Some(inner) = inner {
        let shapes = inner_inputs(graph, n, layer, inputs, diagnostics)?;
        let facts = layer_facts(graph, n, inner.layer, &shapes, diagnostics)?;
        graph.nodes[n].inner_facts.insert(0, facts.clone());
        within = Some(facts);
    }
    let Op::Builtin(builtin) = &graph.layers[layer].op else { return None };
    let shapes: Option<Vec<Shape>> = inputs.iter().map(known).collect();
    let values: Option<Vec<Value>> = values(builtin, within.as_ref());
    // If one call of the layer is left to rustc, the others are too, because their weights have to agree.
    let left = matches!(builtin.inferred, Some(Facts::Const(_)));
    if let (Some(shapes), Some(values), false) = (shapes, values, left) {
        return match (builtin.spec.infer.find)(&values, &shapes) {
            Ok(inferred) => {
                if builtin.args.iter().any(|arg| arg.unchecked) {
                    graph.checks.push(Inference { within, ..inference(n, layer, RuleOf::Layer, inputs) });
                }
                literal(graph, n, layer, inferred, diagnostics)
            }
            Err(error) => {
                report(graph, n, layer, RuleOf::Layer, error, diagnostics);
                None
            }
        };
    }
    let shared = builtin.inferred.clone().filter(|_| builtin.spec.weight_consts.is_some()).map(|first| {
        let before = graph.nodes.iter().find(|node| graph.facts(node, layer).is_some());
        let on = before.map_or(&inputs[0], |node| &graph.tensors[node.inputs[0]].shape);
        Shared { first, on: on.clone() }
    });
    let node = &graph.nodes[n];
    let counted = node.layer == layer && (node.outputs.len() > 1 || has_states(builtin));
    let inference = Inference { within, shared, counted, ..inference(n, layer, RuleOf::Layer, inputs) };
    let facts = graph.defer_facts(n, layer, Computed::Inference(inference));
    if let Op::Builtin(builtin) = &mut graph.layers[layer].op {
        builtin.inferred.get_or_insert_with(|| facts.clone());
    }
    Some(facts)
}

/// A layer's rule on shapes of which some are unknown.
fn inference(node: usize, layer: LayerId, rule: RuleOf, inputs: &[Shaped]) -> Inference {
    Inference { node, layer, rule, inputs: inputs.to_vec(), within: None, shared: None, counted: false }
}

/// Whether the number of outputs depends on arguments.
fn has_states(builtin: &Builtin) -> bool {
    builtin.spec.has_states || builtin.inner.is_some()
}

/// The arguments of a shape rule, if all of them are known.
fn values(builtin: &Builtin, within: Option<&Facts>) -> Option<Vec<Value>> {
    let values = builtin.spec.args.iter().zip(&builtin.args).map(|(spec, arg)| match (spec.kind, within) {
        (Kind::Layer, Some(Facts::Known(inferred))) => Some(Value::Layer(**inferred)),
        (Kind::Layer, Some(_)) => None,
        _ => arg.value,
    });
    values.collect()
}

/// The input shapes of the inner layer: the first input, and its share of the others.
fn inner_inputs(
    graph: &mut Graph,
    n: usize,
    layer: LayerId,
    inputs: &[Shaped],
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Shaped>> {
    let Op::Builtin(builtin) = &graph.layers[layer].op else { return None };
    let inside = builtin.spec.inner?;
    let shapes: Option<Vec<Shape>> = inputs.iter().map(known).collect();
    if let (Some(shapes), Some(values)) = (shapes, values(builtin, None)) {
        return match (inside.find)(&values, &shapes) {
            Ok(inferred) => Some(inferred.outputs().iter().copied().map(Shaped::Known).collect()),
            Err(error) => {
                report(graph, n, layer, RuleOf::Layer, error, diagnostics);
                None
            }
        };
    }
    let inference = inference(n, layer, RuleOf::Inner, inputs);
    let name = format!("{}_inside", graph.nodes[n].name);
    let id = graph.defer(&name, Computed::Inference(inference));
    let count = 1 + (inputs.len() - 1) / 2;
    Some((0..count).map(|k| Shaped::Output(id, k)).collect())
}

/// Everything is known: checks the weights against an earlier call of the same layer.
fn literal(
    graph: &mut Graph,
    n: usize,
    layer: LayerId,
    inferred: Inferred,
    diagnostics: &mut Diagnostics,
) -> Option<Facts> {
    let node = &graph.nodes[n];
    if let Some(shape) = inferred.outputs().iter().find(|shape| is_too_large(shape)) {
        let layer = &graph.layers[layer];
        diagnostics.error(
            Code::TooLarge,
            &layer.source,
            format!("`{}`: the output has too many scalars: {shape}", layer.kind()),
        );
        return None;
    }
    let Op::Builtin(builtin) = &graph.layers[layer].op else { return None };
    if let (Some(Facts::Known(first)), Some(count)) = (&builtin.inferred, builtin.spec.weight_consts)
        && first.consts()[..count] != inferred.consts()[..count]
    {
        let of = |node: &Node| known(&graph.tensors[node.inputs[0]].shape);
        let first = graph.nodes.iter().find(|node| graph.facts(node, layer).is_some()).and_then(of);
        if let (Some(before), Some(now)) = (first, of(node)) {
            let name = &graph.layers[layer].name;
            let message =
                format!("`{name}` shares its weights between calls, but is called on the shapes {before} and {now}");
            diagnostics
                .error(Code::SharedWeights, &node.input_exprs[0], message)
                .help("its inputs may differ in positions, not in features; make a second layer for other features");
        }
        return None;
    }
    let facts = Facts::Known(Box::new(inferred));
    if let Op::Builtin(builtin) = &mut graph.layers[layer].op {
        builtin.inferred.get_or_insert_with(|| facts.clone());
    }
    Some(facts)
}

fn known(shape: &Shaped) -> Option<Shape> {
    match shape {
        Shaped::Known(shape) => Some(*shape),
        _ => None,
    }
}
