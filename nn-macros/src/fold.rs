//! The graph of a folded model: for predictions only, with every layer folded into a neighbour that can be.
//!
//! What can be folded is said in the specifications ([`Folding`]). A layer follows another one if it is the only reader of
//! all its outputs and is called on nothing else; then the two are one function, however often they are called.

mod compact;
mod joined;
mod projected;
mod table;

use crate::graph::{Arg, Computed, Count, Facts, Graph, Layer, LayerId, Op, Producer, Shaped, TensorId};
use crate::source::Name;
use nn_core::shape::Shape;
use nn_core::spec::{Folding, Masking, Value};

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

/// The folded form of a graph; `None` if there is nothing to fold.
pub(crate) fn fold(graph: &Graph) -> Option<Folded> {
    let folds = |layer: &Layer| match &layer.op {
        Op::Builtin(builtin) => {
            matches!(builtin.spec.folding, Folding::Table { .. } | Folding::Scale { .. } | Folding::Join { .. })
        }
        _ => may_be_model(layer),
    };
    // Most graphs have nothing to fold, and are not copied.
    if !graph.layers.iter().any(folds) {
        return None;
    }
    let mut folder = Folder::new(graph);
    folder.identities();
    folder.tables();
    folder.scales();
    folder.joined();
    let nothing = folder.origins.is_empty() && folder.scales.is_empty() && !folder.joined;
    if nothing && !graph.layers.iter().any(may_be_model) {
        return None;
    }
    Some(Folded { graph: compact::compact(folder.graph, &folder.gone), origins: folder.origins, scales: folder.scales })
}

/// Whether a layer may be a model, whose folded form only rustc knows: a path, and no arguments, of which a model has none.
fn may_be_model(layer: &Layer) -> bool {
    matches!(&layer.op, Op::Component(component) if component.arguments.is_empty() && component.keywords.is_empty())
}

/// The graph while it is rewritten. Calls that are gone keep their places.
struct Folder {
    graph: Graph,
    gone: Vec<bool>,
    /// Whether a layer has to do with no other one: none stands around it or has its weights, and what stands inside of it was made there.
    alone: Vec<bool>,
    origins: Vec<(LayerId, Origin)>,
    scales: Vec<Fold>,
    /// Whether a call that joins tensors is gone.
    joined: bool,
}

impl Folder {
    fn new(graph: &Graph) -> Self {
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
        // What rustc has evaluated for the graph before is not evaluated again.
        let mut graph = Graph { graph_type, checks: Vec::new(), ..graph.clone() };
        graph.constants.iter_mut().for_each(|constant| constant.value = Computed::Before);
        for node in &mut graph.nodes {
            if let Op::Builtin(builtin) = &graph.layers[node.layer].op
                && matches!(builtin.spec.masking, Masking::Trains)
                && node.masked
            {
                node.inputs.pop();
                node.masked = false;
            }
        }
        let gone = vec![false; graph.nodes.len()];
        Folder { gone, graph, alone, origins: Vec::new(), scales: Vec::new(), joined: false }
    }

    /// What a layer can be folded into, if it stands by itself.
    fn folding(&self, layer: LayerId) -> Folding {
        match &self.graph.layers[layer].op {
            Op::Builtin(builtin) if self.alone[layer] => builtin.spec.folding,
            Op::Activation { function, .. } if function.name() == Some("Linear") => Folding::Identity,
            Op::Activation { .. } => Folding::Position,
            _ => Folding::Nothing,
        }
    }

    /// The calls of a layer that are still there.
    fn calls(&self, layer: LayerId) -> Vec<usize> {
        let nodes = self.graph.nodes.iter().enumerate();
        nodes.filter(|&(n, node)| node.layer == layer && !self.gone[n]).map(|(n, _)| n).collect()
    }

    /// The calls that read a tensor.
    fn readers(&self, tensor: TensorId) -> Vec<usize> {
        let nodes = self.graph.nodes.iter().enumerate();
        nodes.filter(|&(n, node)| !self.gone[n] && node.inputs.contains(&tensor)).map(|(n, _)| n).collect()
    }

    /// The layer that follows another one, which is called as often: it reads, as its first input, the only output of each call of
    /// the other one, and nobody else does. With the call of it for each call of the other one.
    fn next(&self, layer: LayerId) -> Option<(LayerId, Vec<(usize, usize)>)> {
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

    /// Calls that give their input are left out.
    fn identities(&mut self) {
        for n in 0..self.graph.nodes.len() {
            let node = &self.graph.nodes[n];
            let ([input], [output]) = (&node.inputs[..], &node.outputs[..]) else { continue };
            let (input, output) = (*input, *output);
            // An output of the model has to be computed.
            if self.folding(node.layer) == Folding::Identity && !self.graph.outputs.contains(&output) {
                self.gone[n] = true;
                let inputs = self.graph.nodes.iter_mut().flat_map(|node| node.inputs.iter_mut());
                inputs.filter(|reads| **reads == output).for_each(|reads| *reads = input);
            }
        }
    }

    /// Scales and offsets, into the layer before them or the one behind.
    fn scales(&mut self) {
        // Once more where something was folded: then another one may stand beside the same layer.
        let mut folded = true;
        while folded {
            folded = false;
            for layer in 0..self.alone.len() {
                folded |= self.scale_after(layer) || self.scale_before(layer);
            }
        }
    }

    /// Folds what follows a layer.
    fn scale_after(&mut self, layer: LayerId) -> bool {
        let Folding::Affine { .. } = self.folding(layer) else { return false };
        let Some((scale, pairs)) = self.next(layer) else { return false };
        if !self.is_scale(scale) || !self.with_bias(layer) {
            return false;
        }
        self.scales.push(Fold { into: layer, call: pairs[0].1, before: false });
        pairs.into_iter().for_each(|(call, reader)| self.takes_over(call, reader));
        true
    }

    /// Folds what stands before the layer that follows it.
    fn scale_before(&mut self, scale: LayerId) -> bool {
        if !self.is_scale(scale) {
            return false;
        }
        let Some((layer, pairs)) = self.next(scale) else { return false };
        if pairs.iter().any(|&(_, reader)| self.graph.reads_sparse(&self.graph.nodes[reader])) || !self.with_bias(layer)
        {
            return false;
        }
        self.scales.push(Fold { into: layer, call: pairs[0].0, before: true });
        for (call, reader) in pairs {
            self.graph.nodes[reader].inputs[0] = self.graph.nodes[call].inputs[0];
            self.gone[call] = true;
        }
        true
    }

    /// Whether it is `s ⊙ x + t` along the last axis.
    fn is_scale(&self, layer: LayerId) -> bool {
        let (Folding::Scale { axis }, Op::Builtin(builtin)) = (self.folding(layer), &self.graph.layers[layer].op)
        else {
            return false;
        };
        self.calls(layer).into_iter().all(|call| self.is_last(call, &builtin.args[axis]))
    }

    /// Whether an argument of a call gives the last axis of its first input.
    fn is_last(&self, call: usize, axis: &Arg) -> bool {
        let rank = self.shape(self.graph.nodes[call].inputs[0]).map(|shape| shape.rank() as i64);
        match axis.value {
            Some(Value::Int(axis)) => axis == -1 || Some(axis) == rank,
            _ => false,
        }
    }

    /// Whether a layer has room for an offset, or can be given some.
    fn with_bias(&mut self, layer: LayerId) -> bool {
        match self.folding(layer) {
            Folding::Affine { bias, .. } => {
                if !self.origins.iter().any(|(id, _)| *id == layer) {
                    self.origins.push((layer, Origin::Affine));
                }
                self.set_constants(layer, layer, &[(bias, Count::Known(1))]);
                true
            }
            _ => self
                .recurrent(layer)
                .and_then(|recurrent| self.bias(layer, &recurrent))
                .is_some_and(|bias| bias.known().is_some_and(|count| count > 0)),
        }
    }

    /// The first call computes what the second one did.
    fn takes_over(&mut self, call: usize, reader: usize) {
        let outputs = self.graph.nodes[reader].outputs.clone();
        outputs.iter().for_each(|&output| self.graph.tensors[output].producer = Producer::Node(call));
        self.graph.nodes[call].outputs = outputs;
        self.gone[reader] = true;
    }

    /// Other constants for the type of `of`, a layer or what stands inside of it, at each call of the layer and for its weights.
    fn set_constants(&mut self, layer: LayerId, of: LayerId, changes: &[(usize, Count)]) {
        let (mut first, count) = (None, self.count(of));
        for call in self.calls(layer) {
            let Some(facts) = self.graph.facts(&self.graph.nodes[call], of) else { continue };
            let mut constants: Vec<Count> = (0..count).map(|i| facts.constant(i)).collect();
            changes.iter().for_each(|(i, value)| constants[*i] = value.clone());
            let facts = match facts.with_constants(constants) {
                known @ Facts::Known(_) => known,
                changed => self.graph.defer_facts(call, of, Computed::Facts(changed)),
            };
            self.graph.set_facts(call, of, facts.clone());
            first.get_or_insert(facts);
        }
        if let Op::Builtin(builtin) = &mut self.graph.layers[of].op {
            builtin.inferred = first;
        }
    }

    /// A constant of the type of `of`, a layer or what stands inside of it.
    fn constant_of(&self, layer: LayerId, of: LayerId, place: usize) -> Option<Count> {
        let call = *self.calls(layer).first()?;
        self.graph.facts(&self.graph.nodes[call], of).map(|facts| facts.constant(place))
    }

    /// The shape of a tensor, if it is known.
    fn shape(&self, tensor: TensorId) -> Option<Shape> {
        match &self.graph.tensors[tensor].shape {
            Shaped::Known(shape) => Some(*shape),
            _ => None,
        }
    }

    /// How many constants the type of a layer has.
    fn count(&self, layer: LayerId) -> usize {
        match &self.graph.layers[layer].op {
            Op::Builtin(builtin) => builtin.spec.consts,
            _ => 0,
        }
    }
}

/// A layer that stands inside of another one.
fn inside(layer: &Layer, op: Op) -> Layer {
    Layer { op, part: true, inside: true, ..layer.clone() }
}
