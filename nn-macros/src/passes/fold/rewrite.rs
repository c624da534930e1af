//! The graph during the folds, with their questions and changes.

use crate::graph::{Arg, Computed, Count, Facts, Graph, Layer, LayerId, Op, Producer, Shaped, TensorId};
use crate::graph::{Fold, Origin};
use crate::source::Name;
use nn_core::shape::Shape;
use nn_core::spec::{Folding, Masking};

/// The graph during the folds. Removed calls keep their indices.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rewrite {
    pub(super) graph: Graph,
    pub(super) gone: Vec<bool>,
    /// Whether a layer is independent of other layers: none wraps it or shares its weights, and its inner layers were
    /// made with it.
    pub(super) alone: Vec<bool>,
    pub(super) origins: Vec<(LayerId, Origin)>,
    pub(super) scales: Vec<Fold>,
    /// Whether a convolution has the padding before it.
    pub(super) pads: bool,
}

impl Rewrite {
    pub(super) fn new(graph: &Graph) -> Self {
        let text = graph.graph_type.as_str();
        let model = text.strip_suffix("Graph").unwrap_or(text);
        let graph_type = Name::new(&format!("{model}FoldedGraph"), graph.graph_type.span);
        let mut alone = vec![true; graph.layers.len()];
        for (id, layer) in graph.layers.iter().enumerate() {
            for other in graph.chain(id).skip(1) {
                alone[id] &= graph.layers[other].inside;
                alone[other] = false;
            }
            if layer.owner != id {
                (alone[id], alone[layer.owner]) = (false, false);
            }
        }
        // rustc does not evaluate the original graph's constants again.
        let mut graph = Graph { graph_type, checks: Vec::new(), folded: None, ..graph.clone() };
        graph.constants.iter_mut().for_each(|constant| constant.value = Computed::Before);
        for node in &mut graph.nodes {
            if let Op::Builtin(builtin) = &graph.layers[node.layer].op
                && matches!(builtin.spec.masking, Masking::Trains)
            {
                node.masks.clear();
                node.given_mask = None;
            }
        }
        let gone = vec![false; graph.nodes.len()];
        Rewrite { gone, graph, alone, origins: Vec::new(), scales: Vec::new(), pads: false }
    }

    /// The way a layer can be folded, if it is independent.
    pub(super) fn folding(&self, layer: LayerId) -> Folding {
        match &self.graph.layers[layer].op {
            Op::Builtin(builtin) if self.alone[layer] => builtin.spec.folding,
            Op::Activation { function, .. } if function.is_identity() => Folding::Identity,
            Op::Activation { .. } => Folding::Position,
            _ => Folding::Nothing,
        }
    }

    /// Whether a joining call was removed.
    pub(super) fn has_taken_apart(&self) -> bool {
        let joins = |layer: LayerId| matches!(&self.graph.layers[layer].op, Op::Builtin(builtin) if matches!(builtin.spec.folding, Folding::Join { .. }));
        self.graph.nodes.iter().zip(&self.gone).any(|(node, &gone)| gone && joins(node.layer))
    }

    /// The remaining calls of a layer.
    pub(super) fn calls(&self, layer: LayerId) -> Vec<usize> {
        let nodes = self.graph.nodes.iter().enumerate();
        nodes.filter(|&(n, node)| node.layer == layer && !self.gone[n]).map(|(n, _)| n).collect()
    }

    /// The calls that read a tensor.
    pub(super) fn readers(&self, tensor: TensorId) -> Vec<usize> {
        let nodes = self.graph.nodes.iter().enumerate();
        nodes.filter(|&(n, node)| !self.gone[n] && node.inputs.contains(&tensor)).map(|(n, _)| n).collect()
    }

    /// The layer that follows another one, with matching pairs of their calls. Each of its calls reads, as first input,
    /// the only output of a call of the other layer, and nobody else reads that.
    pub(super) fn next(&self, layer: LayerId) -> Option<(LayerId, Vec<(usize, usize)>)> {
        let mut pairs = Vec::new();
        for call in self.calls(layer) {
            let [output] = self.graph.nodes[call].outputs[..] else { return None };
            let [reader] = self.readers(output)[..] else { return None };
            let first = self.graph.nodes[reader].inputs.iter().position(|&input| input == output) == Some(0);
            let once = self.graph.nodes[reader].inputs.iter().filter(|&&input| input == output).count() == 1;
            if !first || !once || self.graph.outputs.contains(&output) {
                return None;
            }
            pairs.push((call, reader));
        }
        let next = self.graph.nodes[pairs.first()?.1].layer;
        let all = pairs.iter().all(|&(_, reader)| self.graph.nodes[reader].layer == next);
        (all && self.calls(next).len() == pairs.len()).then_some((next, pairs))
    }

    /// The layer that [follows](Self::next) another one, or follows the layers behind it that only reshape. Each pair
    /// has a call of the first layer, the call before that of the last layer, and that call.
    pub(super) fn next_reshaped(&self, layer: LayerId) -> Option<(LayerId, Vec<[usize; 3]>)> {
        let (mut next, pairs) = self.next(layer)?;
        let mut calls: Vec<_> = pairs.into_iter().map(|(call, reader)| [call, call, reader]).collect();
        while matches!(&self.graph.layers[next].op, Op::Builtin(builtin) if builtin.spec.copies) {
            let (after, pairs) = self.next(next)?;
            for [_, before, last] in &mut calls {
                let reader = pairs.iter().find(|(call, _)| call == last)?.1;
                (*before, *last) = (*last, reader);
            }
            next = after;
        }
        Some((next, calls))
    }

    /// Makes the first call compute the result of the second.
    pub(super) fn takes_over(&mut self, call: usize, reader: usize) {
        let outputs = self.graph.nodes[reader].outputs.clone();
        outputs.iter().for_each(|&output| self.graph.tensors[output].producer = Producer::Node(call));
        self.graph.nodes[call].outputs = outputs;
        self.gone[reader] = true;
    }

    /// Sets constants for the type of `of` (a layer or its inner layer), at each call of the layer and for its weights.
    pub(super) fn set_constants(&mut self, layer: LayerId, of: LayerId, changes: &[(usize, Count)]) {
        let (mut first, count) = (None, self.count(of));
        for call in self.calls(layer) {
            let Some(facts) = self.graph.facts(&self.graph.nodes[call], of) else { continue };
            let mut constants: Vec<Count> = (0..count).map(|i| facts.constant(i)).collect();
            changes.iter().for_each(|(i, value)| constants[*i] = value.clone());
            let facts = self.set_facts(call, of, facts.with_constants(constants));
            first.get_or_insert(facts);
        }
        if let Op::Builtin(builtin) = &mut self.graph.layers[of].op {
            builtin.inferred = first;
        }
    }

    /// Sets the facts about `of` (a layer or its inner layer) at a call. Returns them as a constant, unless they are
    /// known.
    pub(super) fn set_facts(&mut self, call: usize, of: LayerId, facts: Facts) -> Facts {
        let facts = match facts {
            known @ Facts::Known(_) => known,
            changed => self.graph.defer_facts(call, of, Computed::Facts(changed)),
        };
        self.graph.set_facts(call, of, facts.clone());
        facts
    }

    /// A constant of the type of `of`, a layer or its inner layer.
    pub(super) fn constant_of(&self, layer: LayerId, of: LayerId, place: usize) -> Option<Count> {
        let call = *self.calls(layer).first()?;
        self.graph.facts(&self.graph.nodes[call], of).map(|facts| facts.constant(place))
    }

    /// Whether an argument of a call is the last axis of its first input.
    pub(super) fn is_last(&self, call: usize, axis: &Arg) -> bool {
        let rank = self.shape(self.graph.nodes[call].inputs[0]).map(|shape| shape.rank() as i64);
        matches!(axis.axes(), Some([axis]) if *axis == -1 || Some(*axis) == rank)
    }

    /// The shape of a tensor, if it is known.
    pub(super) fn shape(&self, tensor: TensorId) -> Option<Shape> {
        match &self.graph.tensors[tensor].shape {
            Shaped::Known(shape) => Some(*shape),
            _ => None,
        }
    }

    /// The number of constants of a layer's type.
    pub(super) fn count(&self, layer: LayerId) -> usize {
        match &self.graph.layers[layer].op {
            Op::Builtin(builtin) => builtin.spec.consts,
            _ => 0,
        }
    }
}

/// A layer that stands inside another one.
pub(super) fn inside(layer: &Layer, op: Op) -> Layer {
    Layer { op, part: true, inside: true, ..layer.clone() }
}
