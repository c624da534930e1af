//! Shape errors as messages, with the token to blame and the origin of the shapes.

use super::known;
use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, LayerId, Node, Op, Producer, RuleOf, TensorId};
use crate::source::{ExprId, Source};
use nn_core::shape::Blame;
use nn_core::spec::Kind;

/// Reports the error that a shape rule found in a call.
pub(super) fn report(
    graph: &Graph,
    n: usize,
    layer: LayerId,
    rule: RuleOf,
    error: nn_core::ShapeError,
    diagnostics: &mut Diagnostics,
) {
    let read = read(&graph.nodes[n], rule);
    let layer = &graph.layers[layer];
    let message = format!("`{}`: {error}", layer.kind());
    let argument = |slot: usize| match &layer.op {
        Op::Builtin(builtin) => builtin.args[slot].expr,
        _ => None,
    };
    let place = match error.blame {
        Blame::Input(input) => read[input].1,
        Blame::Argument(slot) => argument(slot).unwrap_or(layer.source),
        Blame::Call => layer.source,
    };
    // A number such as a rate is wrong for any shapes.
    let of_shapes = match (error.blame, &layer.op) {
        (Blame::Argument(slot), Op::Builtin(builtin)) => builtin.spec.args[slot].kind != Kind::Float,
        _ => true,
    };
    let notes = read.iter().filter(|_| of_shapes).filter_map(|&(input, expr)| {
        let shape = known(&graph.tensors[input].shape)?;
        let source = &diagnostics.source;
        let line = source.line(graph.tensors[input].span).map_or_else(String::new, |line| format!(" (line {line})"));
        let (text, origin) = (source.text(expr), origin(graph, source, input));
        Some(format!("`{text}` has the shape {shape}: {origin}{line}"))
    });
    let notes: Vec<String> = notes.collect();
    let diagnostic = diagnostics.error(error.code, &place, message);
    for note in notes {
        diagnostic.note(note);
    }
}

/// The tensors that a rule reads, with their expressions: the inputs, or the first input and its mask.
pub(crate) fn read(node: &Node, rule: RuleOf) -> Vec<(TensorId, ExprId)> {
    let inputs = node.inputs.iter().copied().zip(node.input_exprs.iter().copied());
    match rule {
        RuleOf::Mask => inputs.take(1).chain(node.given_mask).collect(),
        _ => inputs.collect(),
    }
}

/// The origin of a tensor: an input, or the output of a layer.
pub(crate) fn origin(graph: &Graph, source: &Source, tensor: TensorId) -> String {
    match graph.tensors[tensor].producer {
        Producer::Input => "an input".to_string(),
        Producer::Node(node) => {
            let node = &graph.nodes[node];
            let layer = &graph.layers[node.layer];
            // A part stands for the call that it was written with.
            if layer.part {
                origin(graph, source, node.inputs[0])
            } else {
                format!("the output of `{}`", source.text(layer.source))
            }
        }
    }
}
