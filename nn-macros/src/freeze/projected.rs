//! A recurrent layer behind a table that has met its kernel.

use super::{Folder, inside};
use crate::graph::{Builtin, Facts, Inner, LayerId, Op, Producer, Shaped, Tensor};
use crate::infer::expression;
use nn_core::layers::recurrent::projected::PROJECTED;
use nn_core::spec::{Folding, Inferred};
use quote::quote;

impl Folder {
    /// Puts a `Projected` around a recurrent layer. `pairs` are the calls of the table and of the layer.
    pub(super) fn project(&mut self, layer: LayerId, pairs: &[(usize, usize)]) {
        let Folding::Recurrent { features, units, rows, dropped, .. } = self.folding(layer) else { return };
        self.set_constants(layer, &[(features, quote!(0)), (dropped, quote!(0))]);
        for &(call, reader) in pairs {
            let Some(inner) = self.graph.nodes[reader].facts.take() else { continue };
            self.widen(call, reader, &inner, rows);
            self.graph.nodes[reader].facts = Some(some_of(&inner, &[rows, units]));
            self.graph.nodes[reader].inner_facts = vec![inner];
        }
        let around = projected(self.graph.layers.len());
        let op = std::mem::replace(&mut self.graph.layers[layer].op, around);
        let inner = inside(&self.graph.layers[layer], op);
        self.graph.layers.push(inner);
    }

    /// The table gives a step as many features as there are rows of gates. The tensor is a new one: that of another shape is of the graph
    /// before.
    fn widen(&mut self, call: usize, reader: usize, facts: &Facts, rows: usize) {
        let old = self.graph.nodes[call].outputs[0];
        let shape = match (&self.graph.tensors[old].shape, facts) {
            (Shaped::Known(shape), Facts::Known(inferred)) => Shaped::Known(shape.with_last(inferred.constant(rows))),
            _ => {
                let (shape, rows) = (expression(&self.graph, old), super::number(facts, rows));
                Shaped::Const(quote!(#shape.with_last(#rows)))
            }
        };
        let tensor = &self.graph.tensors[old];
        let new = Tensor { name: tensor.name.clone(), shape, producer: Producer::Node(call), ..*tensor };
        let id = self.graph.tensors.len();
        self.graph.tensors.push(new);
        self.graph.nodes[call].outputs = vec![id];
        self.graph.nodes[reader].inputs[0] = id;
    }
}

/// Facts with only some of the constants.
fn some_of(facts: &Facts, places: &[usize]) -> Facts {
    match facts {
        Facts::Known(inferred) => {
            let constants: Vec<usize> = places.iter().map(|&i| inferred.constant(i)).collect();
            Facts::Known(Box::new(Inferred::many(inferred.outputs(), &constants)))
        }
        Facts::Const(path) => {
            let constants = places.iter().map(|i| quote!(#path.constant(#i)));
            Facts::Const(quote!(::nn::spec::Inferred::many(#path.outputs(), &[#(#constants),*])))
        }
    }
}

/// The layer around layer `inner`.
fn projected(inner: LayerId) -> Op {
    let inner = Inner {
        layer: inner,
        has_weights: true,
        has_cache: true,
        has_scratch: true,
        has_rows: false,
        constrains: false,
    };
    Op::Builtin(Box::new(Builtin {
        spec: &PROJECTED,
        args: Vec::new(),
        then: Vec::new(),
        inferred: None,
        inner: Some(inner),
    }))
}
