//! Parts of a graph that can be called again with the same weights: a model cut out of the graph, and a stack of
//! layers.
//!
//! ```text
//! let encoder = Model(inputs = question, outputs = encoded);      // the layers between the two, once more: encoder(other)
//! let tower = Sequential([Dense(64, activation = relu), Dense(8)]);
//! ```

use super::connect::Inputs;
use super::{Bound, Resolver};
use crate::graph::{LayerId, Producer, TensorId};
use crate::literal;
use crate::source::{ExprId, Name, SpanId};
use nn_core::Code;
use quote::ToTokens;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use syn::{Expr, ExprCall};

/// The layers between some tensors.
pub(super) struct Submodel {
    pub(super) inputs: Vec<TensorId>,
    pub(super) outputs: Vec<TensorId>,
}

impl Resolver<'_> {
    /// `Model(inputs = .., outputs = ..)` in the middle of a graph.
    pub(super) fn submodel(&mut self, call: &ExprCall) -> Bound {
        let Some((inputs, outputs)) = self.model_call(call) else { return Bound::Poison };
        let (Some((inputs, _)), Some((outputs, exprs))) = (self.tensor_list(&inputs), self.tensor_list(&outputs))
        else {
            return Bound::Poison;
        };
        for (&output, expr) in outputs.iter().zip(&exprs) {
            if let Some(missing) = self.missing(output, &inputs) {
                let missing = self.graph.tensors[missing].name.clone();
                let text = self.diagnostics.source[*expr].to_token_stream();
                let message =
                    format!("graph disconnected: `{text}` depends on the input `{missing}`, which is not listed");
                self.diagnostics.error(Code::Disconnected, expr, message).help(format!("add `{missing}` to `inputs`"));
                return Bound::Poison;
            }
        }
        Bound::Submodel(Rc::new(Submodel { inputs, outputs }))
    }

    /// An input of the graph that a tensor depends on by a path around these tensors.
    fn missing(&self, output: TensorId, inputs: &[TensorId]) -> Option<TensorId> {
        let mut needed: HashSet<TensorId> = [output].into();
        for node in self.graph.nodes.iter().rev() {
            if node.outputs.iter().any(|output| needed.contains(output) && !inputs.contains(output)) {
                needed.extend(&node.inputs);
                needed.extend(node.given_mask.map(|(mask, _)| mask));
            }
        }
        let reached = |tensor: &TensorId| needed.contains(tensor) && !inputs.contains(tensor);
        self.graph.declared.iter().copied().find(reached)
    }

    /// Calls the same layers on other tensors.
    pub(super) fn use_submodel(&mut self, submodel: &Submodel, call: &ExprCall) -> Bound {
        let Some((tensors, exprs)) = self.tensors(call) else { return Bound::Poison };
        if tensors.len() != submodel.inputs.len() {
            let (name, expected, got) = (call.func.to_token_stream(), submodel.inputs.len(), tensors.len());
            let noun = if expected == 1 { "input" } else { "inputs" };
            self.diagnostics.error(
                Code::InputCount,
                &call.args,
                format!("`{name}` expects {expected} {noun}, but got {got}"),
            );
            return Bound::Poison;
        }
        for ((&tensor, &input), expr) in tensors.iter().zip(&submodel.inputs).zip(&exprs) {
            let (got, expected) = (&self.graph.tensors[tensor], &self.graph.tensors[input]);
            if (got.dtype, got.sparse) != (expected.dtype, expected.sparse) {
                let text = self.diagnostics.source[*expr].to_token_stream();
                let message = format!("expected {}, but `{text}` holds {}", expected.contents(), got.contents());
                let sparse = got.sparse || expected.sparse;
                self.diagnostics.error(if sparse { Code::SparseInput } else { Code::WrongDtype }, expr, message);
                return Bound::Poison;
            }
        }
        let mut now: HashMap<TensorId, TensorId> = submodel.inputs.iter().copied().zip(tensors).collect();
        for node in self.between(submodel) {
            let before = &self.graph.nodes[node];
            let (layer, outputs) = (before.layer, before.outputs.clone());
            let inputs: Option<Vec<TensorId>> = before.inputs.iter().map(|&input| self.again(&now, input)).collect();
            let mask = before.given_mask.map(|(mask, expr)| (now.get(&mask).copied().unwrap_or(mask), expr));
            let Some(inputs) = inputs else { return Bound::Poison };
            let exprs = inputs.iter().map(|_| exprs[0]).collect();
            match self.connect(layer, Inputs { tensors: inputs, exprs, mask }, call) {
                Bound::Tensors(made) => {
                    let end = self.ends.get(&node).copied().unwrap_or(outputs[0]);
                    now.insert(end, made[0]);
                    if let Some(again) = self.main_node(made[0]) {
                        for &output in &outputs[1..] {
                            let span = self.graph.tensors[output].span;
                            now.insert(output, self.output(again, span));
                        }
                    }
                }
                _ => return Bound::Poison,
            }
        }
        let outputs: Option<Vec<TensorId>> = submodel.outputs.iter().map(|output| now.get(output).copied()).collect();
        outputs.map_or(Bound::Poison, Bound::Tensors)
    }

    /// The counterpart of a tensor in another call of a submodel. The call repeats the parts that were applied to an
    /// input.
    fn again(&self, now: &HashMap<TensorId, TensorId>, tensor: TensorId) -> Option<TensorId> {
        if let Some(&found) = now.get(&tensor) {
            return Some(found);
        }
        match self.graph.tensors[tensor].producer {
            Producer::Node(node) if self.graph.layers[self.graph.nodes[node].layer].part => {
                self.again(now, self.graph.nodes[node].inputs[0])
            }
            _ => None,
        }
    }

    /// The calls between the ends of a submodel, without the parts of the calls before them.
    fn between(&self, submodel: &Submodel) -> Vec<usize> {
        let mut needed: HashSet<TensorId> = submodel.outputs.iter().copied().collect();
        let mut found = Vec::new();
        for (n, node) in self.graph.nodes.iter().enumerate().rev() {
            let wanted = |output: &TensorId| needed.contains(output) && !submodel.inputs.contains(output);
            if node.outputs.iter().any(wanted) {
                needed.extend(&node.inputs);
                if !self.graph.layers[node.layer].part {
                    found.push(n);
                }
            }
        }
        found.reverse();
        found
    }

    /// `Sequential([..])` without an `Input`, in the middle of a graph.
    pub(super) fn stack(&mut self, call: &ExprCall) -> Bound {
        let elements: Vec<&Expr> = match &call.args.iter().collect::<Vec<_>>()[..] {
            [list] if literal::list(list).is_some_and(|list| !list.is_empty()) => {
                literal::list(list).unwrap_or_default()
            }
            _ => {
                self.diagnostics
                    .error(Code::EmptyModel, call, "`Sequential` expects a list of layers")
                    .help("write `Sequential([Dense(64, activation = relu), Dense(10)])`");
                return Bound::Poison;
            }
        };
        let (mut layers, mut failed) = (Vec::new(), false);
        for element in elements {
            let before = self.graph.layers.len();
            match self.eval(element) {
                Bound::Layer(layer) => {
                    if layer >= before {
                        let kind = crate::source::snake_case(&self.graph.layers[layer].kind());
                        self.graph.layers[layer].template_name = Some(Name::new(&kind, SpanId::default()));
                    }
                    let expr = self.expr(element);
                    layers.push((layer, expr));
                }
                Bound::Value(_) | Bound::Poison => failed = true,
                _ => {
                    failed = true;
                    self.diagnostics
                        .error(Code::TensorForLayer, element, "expected a layer")
                        .help("a `Sequential` in the middle of a graph has no `Input`: it is called on a tensor");
                }
            }
        }
        if failed { Bound::Poison } else { Bound::Stack(layers.into()) }
    }

    /// Calls one layer after the other.
    pub(super) fn use_stack(&mut self, layers: &[(LayerId, ExprId)], call: &ExprCall) -> Bound {
        let Some((mut tensors, mut exprs)) = self.tensors(call) else { return Bound::Poison };
        for (layer, expr) in layers {
            match self.connect(*layer, Inputs { tensors, exprs, mask: None }, call) {
                Bound::Tensors(made) => (tensors, exprs) = (made, vec![*expr]),
                _ => return Bound::Poison,
            }
        }
        Bound::Tensors(tensors)
    }
}
