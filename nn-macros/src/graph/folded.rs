//! The folded form of a graph, as the pass `fold` leaves it.

use super::{Count, Graph, LayerId};

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
