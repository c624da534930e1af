//! The graph of a folded model: for predictions only, with every layer folded into a neighbour that can be.
//!
//! What can be folded is said in the specifications ([`Folding`]). A layer follows another one if it is the only reader of
//! all its outputs and is called on nothing else; then the two are one function, however often they are called.

mod compact;
mod identities;
mod projected;
mod rewrite;
mod scales;
mod split_input;
mod table;

use crate::diagnostics::Diagnostics;
use crate::graph::{Count, Graph, Layer, LayerId, Op};
use nn_core::spec::Folding;
use rewrite::Rewrite;

/// A graph that computes what another one predicts, and how its weights are made of the other one's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Folded {
    pub(crate) graph: Graph,
    /// For each layer that owns weights, by its place in both graphs: what is not here is copied.
    pub(crate) origins: Vec<(LayerId, Origin)>,
    /// What is folded into weights afterwards, in order.
    pub(crate) scales: Vec<Fold>,
}

/// Where the weights of a layer come from, if they are not a copy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Origin {
    /// From a layer that may have had no bias.
    Affine,
    /// A table: its rows pass through the calls (of the graph before), each followed by the length of its output.
    Table { width: Count, calls: Vec<(usize, Count)>, projected: bool },
    /// All but the kernel, which the table before has met.
    Projected,
}

/// A layer that is folded into the weights of another one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fold {
    pub(crate) into: LayerId,
    /// Its call in the graph before.
    pub(crate) call: usize,
    /// Whether it stands before the other one.
    pub(crate) before: bool,
}

/// The folds, in this order.
const FOLDS: [fn(&mut Rewrite); 4] = [identities::fold, table::fold, scales::fold, split_input::fold];

/// Makes the folded form of a graph, if there is something to fold.
pub(crate) fn fold(graph: &mut Graph, diagnostics: &mut Diagnostics) {
    // A graph with errors is not computed.
    if !diagnostics.any() {
        graph.folded = folded(graph).map(Box::new);
    }
}

fn folded(graph: &Graph) -> Option<Folded> {
    // Most graphs have nothing to fold, and are not copied.
    if !graph.layers.iter().any(may_fold) {
        return None;
    }
    let mut rewrite = Rewrite::new(graph);
    FOLDS.iter().for_each(|fold| fold(&mut rewrite));
    let nothing = rewrite.origins.is_empty() && rewrite.scales.is_empty() && !rewrite.has_taken_apart();
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
            matches!(builtin.spec.folding, Folding::Table { .. } | Folding::Scale { .. } | Folding::Join { .. })
        }
        _ => may_be_model(layer),
    }
}

/// Whether a layer may be a model, whose folded form only rustc knows: a path, and no arguments, of which a model has none.
fn may_be_model(layer: &Layer) -> bool {
    matches!(&layer.op, Op::Component(component) if component.given.is_empty())
}
