//! Shape errors in words: what is to blame, and where the shapes come from.

use super::known;
use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, LayerId, Op, Producer, TensorId};
use nn_core::shape::Blame;
use nn_core::spec::Kind;
use proc_macro2::Span;

/// Reports what a shape rule found wrong with a call.
pub(super) fn report(
    graph: &Graph,
    n: usize,
    layer: LayerId,
    error: nn_core::ShapeError,
    diagnostics: &mut Diagnostics,
) {
    let node = &graph.nodes[n];
    let layer = &graph.layers[layer];
    let message = format!("`{}`: {error}", layer.kind());
    let argument = |slot: usize| match &layer.op {
        Op::Builtin(builtin) => builtin.args[slot].expr.as_ref(),
        _ => None,
    };
    let diagnostic = match error.blame {
        Blame::Input(input) => diagnostics.error(error.code, &node.input_exprs[input], message),
        Blame::Argument(slot) => match argument(slot) {
            Some(expr) => diagnostics.error(error.code, expr, message),
            None => diagnostics.error(error.code, &layer.source, message),
        },
        Blame::Call => diagnostics.error(error.code, &layer.source, message),
    };
    // A number such as a rate is wrong whatever the shapes are.
    if let (Blame::Argument(slot), Op::Builtin(builtin)) = (error.blame, &layer.op)
        && builtin.spec.args[slot].kind == Kind::Float
    {
        return;
    }
    for (&input, expr) in node.unmasked().iter().zip(&node.input_exprs) {
        if let Some(shape) = known(&graph.tensors[input].shape) {
            let place = line(graph.tensors[input].span).map_or_else(String::new, |line| format!(" (line {line})"));
            let origin = origin(graph, input);
            diagnostic.note(format!("`{}` has the shape {shape}: {origin}{place}", crate::names::source(expr)));
        }
    }
}

/// What a tensor is: an input, or the output of a layer.
pub(super) fn origin(graph: &Graph, tensor: TensorId) -> String {
    match graph.tensors[tensor].producer {
        Producer::Input => "an input".to_string(),
        Producer::Node(node) => {
            let node = &graph.nodes[node];
            let layer = &graph.layers[node.layer];
            // A part stands for the call that it was written with.
            if layer.part {
                origin(graph, node.inputs[0])
            } else {
                format!("the output of `{}`", crate::names::source(&layer.source))
            }
        }
    }
}

/// The line of a token: an error can underline one place only, so the others are named. It is known in a compiler only.
fn line(span: Span) -> Option<usize> {
    proc_macro::is_available().then(|| span.unwrap().line())
}
