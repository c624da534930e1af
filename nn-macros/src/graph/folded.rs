//! The folded form of a graph, as the pass `fold` leaves it.

use super::{Count, Graph, LayerId};

/// A graph with the same predictions as another one, and the recipe for its weights.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Folded {
    pub(crate) graph: Graph,
    /// The origins of layers with weights, by their number in both graphs. The weights of any other layer are copied.
    pub(crate) origins: Vec<(LayerId, Origin)>,
    /// The layers that are folded into weights afterwards, in order.
    pub(crate) scales: Vec<Fold>,
}

/// The origin of a layer's weights, if they are not a copy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Origin {
    /// From a layer that may have had no bias.
    Affine,
    /// From a layer with two kernels, one after the other.
    Composed,
    /// A table: its rows pass through the calls of the original graph, each with the length of its output.
    Table { width: Count, calls: Vec<(usize, Count)>, projected: bool },
    /// Everything except the kernel, which was applied to the table before.
    Projected,
}

/// A layer that is folded into the weights of another one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fold {
    pub(crate) into: LayerId,
    /// Its call in the original graph.
    pub(crate) call: usize,
    /// Whether it stands before the other layer.
    pub(crate) before: bool,
}
