//! Short names, inside the expansion's block, for types whose sizes only rustc knows.
//!
//! `Dense<{ __PairGraph::SAME.constant(0usize) }, .., ..>` becomes `LayerOfSame`, and its output `SampleOfSame<T>`. A
//! reader sees the calls, and the origin of each size once.

use super::Context;
use crate::graph::{Builtin, ConstId, Facts, Graph, Op, Shaped};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use syn::Ident;

/// The type behind a name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// The samples of a shape: of a constant, or of an output in one.
    Sample(ConstId, Option<usize>),
    /// The type of a layer.
    Layer(&'static str, ConstId),
    /// The type of a layer's weights.
    Weights(&'static str, ConstId),
}

impl Key {
    fn sample(shape: &Shaped) -> Option<Self> {
        match shape {
            Shaped::Const(id) => Some(Key::Sample(*id, None)),
            Shaped::Output(id, k) => Some(Key::Sample(*id, Some(*k))),
            _ => None,
        }
    }

    fn layer(builtin: &Builtin, facts: Option<&Facts>) -> Option<Self> {
        Some(Key::Layer(builtin.spec.name, constant(facts)?))
    }

    fn weights(builtin: &Builtin) -> Option<Self> {
        Some(Key::Weights(builtin.spec.name, constant(builtin.inferred.as_ref())?))
    }

    /// A name derived from the constant's: `SampleOfSame` for the first output of `__PairGraph::SAME`.
    fn name(&self, graph: &Graph) -> Ident {
        let (kind, id, output) = match self {
            Key::Sample(id, output) => ("Sample", id, output.filter(|&k| k > 0)),
            Key::Layer(_, id) => ("Layer", id, None),
            // The library itself has `DenseWeights`.
            Key::Weights(_, id) => ("Weights", id, None),
        };
        let (constant, output) = (&graph.constant(*id).name, output.map_or_else(String::new, |k| k.to_string()));
        format_ident!("{kind}Of{}{output}", super::types::camel(&constant.to_lowercase()))
    }
}

/// The constant that holds some facts.
fn constant(facts: Option<&Facts>) -> Option<ConstId> {
    match facts? {
        Facts::Const(id) => Some(*id),
        _ => None,
    }
}

/// The names, by their types. Outside the block there are none.
#[derive(Clone, Default)]
pub(crate) struct Aliases(Rc<BTreeMap<Key, Ident>>);

impl Aliases {
    /// The name of the samples of a shape.
    pub(super) fn of_sample(&self, shape: &Shaped) -> Option<&Ident> {
        self.0.get(&Key::sample(shape)?)
    }

    /// The name of a layer's type.
    pub(super) fn of_layer(&self, builtin: &Builtin, facts: Option<&Facts>) -> Option<&Ident> {
        self.0.get(&Key::layer(builtin, facts)?)
    }

    /// The name of the type of a layer's weights.
    pub(super) fn of_weights(&self, builtin: &Builtin) -> Option<&Ident> {
        self.0.get(&Key::weights(builtin)?)
    }

    /// All names.
    pub(super) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.0.values()
    }
}

/// The names for a model, and their definitions. `context` has none yet.
pub(super) fn aliases(context: &Context<'_>) -> (Aliases, TokenStream) {
    let (mut names, mut definitions) = (BTreeMap::new(), Vec::new());
    let mut taken = HashSet::new();
    let mut define = |key: Key, definition: &dyn Fn(&Ident) -> TokenStream| {
        let mut name = key.name(context.graph);
        if let Entry::Vacant(entry) = names.entry(key) {
            // `h_1` and `h1` are the same in camel case.
            while !taken.insert(name.clone()) {
                name = format_ident!("{name}More");
            }
            definitions.push(definition(&name));
            entry.insert(name);
        }
    };
    for tensor in &context.graph.tensors {
        // The type of a sparse sample is short anyway.
        if let (Some(key), true) = (Key::sample(&tensor.shape), !tensor.sparse) {
            let (nn, span, shape) = (&context.paths.nn, context.name.span(), context.print().shape(&tensor.shape));
            let size = quote_spanned!(span=> { #shape.rows() }, { #shape.cols() });
            define(key, &|name| quote!(type #name<E> = #nn SMatrix<E, #size>;));
        }
    }
    let layers = context.paths.layers.clone();
    for node in &context.graph.nodes {
        for id in context.graph.chain(node.layer) {
            let Op::Builtin(builtin) = &context.graph.layers[id].op else { continue };
            let plain = builtin.inner.is_none() && context.activation_types(builtin).is_empty();
            let spec = format_ident!("{}", builtin.spec.name);
            let facts = context.graph.facts(node, id);
            if let (true, Some(key)) = (plain, Key::layer(builtin, facts)) {
                let consts = context.consts(builtin, facts);
                define(key, &|name| quote!(type #name = #layers #spec<#(#consts),*>;));
            }
            let weights = builtin.inferred.as_ref();
            if let (None, Some(count), Some(key)) = (builtin.inner, builtin.spec.weight_consts, Key::weights(builtin)) {
                let (consts, spec) = (context.consts(builtin, weights), format_ident!("{spec}Weights"));
                let consts: Vec<_> = consts.into_iter().take(count).chain(context.activation_types(builtin)).collect();
                define(key, &|name| quote!(type #name<T> = #layers #spec<T, #(#consts),*>;));
            }
        }
    }
    let definitions = quote!(#(#[allow(dead_code)] #definitions)*);
    (Aliases(Rc::new(names)), definitions)
}
