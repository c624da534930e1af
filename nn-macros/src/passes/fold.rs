//! The graph of a folded model, for predictions only. Every layer that can is folded into a neighbour.
//!
//! The specifications say what can be folded ([`Folding`]). A layer follows another one if it is the only reader of all
//! its outputs and is called on nothing else. The two are then one function, for any number of calls.

mod compact;
mod identities;
mod projected;
mod rewrite;
mod scales;
mod split_input;
mod table;
mod windows;

use crate::diagnostics::Diagnostics;
use crate::graph::{Folded, Graph, Layer, Op};
use nn_core::spec::{Filters, Folding};
use rewrite::Rewrite;

/// The folds, in order.
const FOLDS: [fn(&mut Rewrite); 5] = [identities::fold, table::fold, windows::compose, neighbours, split_input::fold];

/// Makes the folded form of a graph, if there is something to fold.
pub(crate) fn fold(graph: &mut Graph, diagnostics: &mut Diagnostics) {
    // A graph with errors is not compiled.
    if !diagnostics.any() {
        graph.folded = folded(graph).map(Box::new);
    }
}

/// Folds scales, offsets and paddings into a neighbour. After one of these folds, another one may stand beside the same
/// layer: the scale before a padding, or the padding before a scale.
fn neighbours(rewrite: &mut Rewrite) {
    let mut folded = true;
    while folded {
        folded = false;
        for layer in 0..rewrite.alone.len() {
            folded |= rewrite.scale_after(layer) || rewrite.scale_before(layer);
        }
        for call in 0..rewrite.graph.nodes.len() {
            folded |= rewrite.pad(call);
        }
    }
}

fn folded(graph: &Graph) -> Option<Folded> {
    // Most graphs have nothing to fold, so they are not copied.
    if !graph.layers.iter().any(may_fold) {
        return None;
    }
    let mut rewrite = Rewrite::new(graph);
    FOLDS.iter().for_each(|fold| fold(&mut rewrite));
    let nothing =
        rewrite.origins.is_empty() && rewrite.scales.is_empty() && !rewrite.pads && !rewrite.has_taken_apart();
    if nothing && !graph.layers.iter().any(may_be_model) {
        return None;
    }
    let Rewrite { mut graph, gone, origins, scales, .. } = rewrite;
    for layer in &mut graph.layers {
        if let Op::Component(component) = &mut layer.op {
            component.folded = true;
        }
    }
    Some(Folded { graph: compact::compact(graph, &gone), origins, scales })
}

fn may_fold(layer: &Layer) -> bool {
    match &layer.op {
        Op::Builtin(builtin) => {
            matches!(
                builtin.spec.folding,
                Folding::Table { .. }
                    | Folding::Scale { .. }
                    | Folding::Join { .. }
                    | Folding::Padding
                    | Folding::Filters { form: Filters::Separable(_), .. }
            )
        }
        _ => may_be_model(layer),
    }
}

/// Whether a layer may be a model, whose folded form only rustc knows: a path without arguments, because a model has
/// none.
fn may_be_model(layer: &Layer) -> bool {
    matches!(&layer.op, Op::Component(component) if component.given.is_empty())
}
