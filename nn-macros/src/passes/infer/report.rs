//! Shape errors in words: what is to blame, and where the shapes come from.

use super::known;
use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, LayerId, Op, Producer, TensorId};
use crate::source::Source;
use nn_core::shape::Blame;
use nn_core::spec::Kind;

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
        Op::Builtin(builtin) => builtin.args[slot].expr,
        _ => None,
    };
    let place = match error.blame {
        Blame::Input(input) => node.input_exprs[input],
        Blame::Argument(slot) => argument(slot).unwrap_or(layer.source),
        Blame::Call => layer.source,
    };
    // A number such as a rate is wrong whatever the shapes are.
    let of_shapes = match (error.blame, &layer.op) {
        (Blame::Argument(slot), Op::Builtin(builtin)) => builtin.spec.args[slot].kind != Kind::Float,
        _ => true,
    };
    let shapes = node.inputs.iter().zip(&node.input_exprs).filter(|_| of_shapes);
    let notes = shapes.filter_map(|(&input, &expr)| {
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

/// What a tensor is: an input, or the output of a layer.
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
