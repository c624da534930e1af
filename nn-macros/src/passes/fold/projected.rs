//! A recurrent layer after a table to which its kernel was already applied.

use super::rewrite::{Rewrite, inside};
use crate::graph::{Builtin, Count, Inner, LayerId, Op, Producer, Shaped, Tensor};
use nn_core::layers::recurrent::projected::PROJECTED;
use nn_core::spec::Folding;

/// A recurrent layer, or a wrapper that runs one with several sets of weights. Numbers are indices of a type's
/// constants.
pub(super) struct Recurrent {
    /// The layer with the gates: itself, or its inner layer.
    cell: LayerId,
    units: usize,
    rows: usize,
    bias: usize,
    /// The constants that are 0 without a kernel: the layers and their indices.
    features: Vec<(LayerId, Vec<usize>)>,
    /// The number of sets of weights.
    sets: usize,
}

impl Rewrite {
    /// The facts about a recurrent layer that can be folded, or about a wrapper around one.
    pub(super) fn recurrent(&self, layer: LayerId) -> Option<Recurrent> {
        let (cell, sets, mut all) = match self.folding(layer) {
            Folding::Around { sets, features } => {
                (self.graph.chain(layer).nth(1)?, sets, vec![(layer, vec![features])])
            }
            _ => (layer, 1, Vec::new()),
        };
        let folding = match &self.graph.layers[cell].op {
            // The inner layer does not stand by itself.
            Op::Builtin(builtin) if cell != layer => builtin.spec.folding,
            _ => self.folding(cell),
        };
        let Folding::Recurrent { features, units, rows, bias, dropped } = folding else { return None };
        all.push((cell, vec![features, dropped]));
        Some(Recurrent { cell, units, rows, bias, features: all, sets })
    }

    /// The rows of all gates in all sets of weights.
    pub(super) fn rows(&self, layer: LayerId, Recurrent { cell, rows, sets, .. }: &Recurrent) -> Option<Count> {
        Some(self.constant_of(layer, *cell, *rows)?.times(*sets))
    }

    /// The number of biases in a set of weights.
    pub(super) fn bias(&self, layer: LayerId, recurrent: &Recurrent) -> Option<Count> {
        self.constant_of(layer, recurrent.cell, recurrent.bias)
    }

    /// Puts a `Projected` around a recurrent layer. `pairs` are the calls of the table and of the layer.
    pub(super) fn project(&mut self, layer: LayerId, recurrent: &Recurrent, pairs: &[(usize, usize)]) {
        let (rows, units) = (self.rows(layer, recurrent), self.constant_of(layer, recurrent.cell, recurrent.units));
        let (Some(rows), Some(units)) = (rows, units) else { return };
        for (of, places) in &recurrent.features {
            let zeros: Vec<_> = places.iter().map(|&place| (place, Count::Known(0))).collect();
            self.set_constants(layer, *of, &zeros);
        }
        for &(call, reader) in pairs {
            self.widen(call, reader, &rows);
            let Some(inner) = self.graph.nodes[reader].facts.take() else { continue };
            self.graph.nodes[reader].facts = Some(inner.with_constants(vec![rows.clone(), units.clone()]));
            self.graph.nodes[reader].inner_facts.insert(0, inner);
        }
        let around = projected(self.graph.layers.len());
        let op = std::mem::replace(&mut self.graph.layers[layer].op, around);
        let inner = inside(&self.graph.layers[layer], op);
        self.graph.layers.push(inner);
    }

    /// The table gives each step one feature for each row of the gates. The tensor is new, because the old one has
    /// another shape in the original graph.
    fn widen(&mut self, call: usize, reader: usize, rows: &Count) {
        let old = self.graph.nodes[call].outputs[0];
        let shape = match (&self.graph.tensors[old].shape, rows.known()) {
            (Shaped::Known(shape), Some(rows)) => Shaped::Known(shape.with_last(rows)),
            (shape, _) => Shaped::WithLast(Box::new(shape.clone()), rows.clone()),
        };
        let tensor = &self.graph.tensors[old];
        let new = Tensor { name: tensor.name.clone(), shape, producer: Producer::Node(call), ..tensor.clone() };
        let id = self.graph.tensors.len();
        self.graph.tensors.push(new);
        self.graph.nodes[call].outputs = vec![id];
        self.graph.nodes[reader].inputs[0] = id;
    }
}

/// The wrapper around layer `inner`.
fn projected(inner: LayerId) -> Op {
    let inner = Inner {
        layer: inner,
        has_weights: true,
        has_cache: true,
        has_scratch: true,
        has_workspace: false,
        has_rows: false,
        constrains: false,
        regularizes: false,
    };
    Op::Builtin(Box::new(Builtin {
        spec: &PROJECTED,
        args: Vec::new(),
        then: Vec::new(),
        inferred: None,
        inner: Some(inner),
    }))
}
