//! Short names for types whose sizes only rustc knows, inside of the expansion's block.
//!
//! `Dense<{ PairGraph::SAME.constant(0usize) }, .., ..>` is `LayerOfSame` there, and its output `SampleOfSame<T>`: a reader sees the calls, and
//! where each of the sizes comes from once.

use super::Context;
use crate::graph::{Builtin, Facts, Holds, Op, Shaped};
use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use syn::Ident;

/// The names, by the constants that they are made of; none outside of the block.
#[derive(Clone, Default)]
pub(crate) struct Aliases(Rc<BTreeMap<String, Ident>>);

impl Aliases {
    /// The name of the samples of a shape.
    pub(super) fn of_sample(&self, shape: &TokenStream) -> Option<&Ident> {
        self.0.get(&shape.to_string())
    }

    /// The name of a layer's type.
    pub(super) fn of_layer(&self, builtin: &Builtin, facts: Option<&Facts>) -> Option<&Ident> {
        self.0.get(&key(builtin, facts?, "")?)
    }

    /// The name of the type of a layer's weights.
    pub(super) fn of_weights(&self, builtin: &Builtin) -> Option<&Ident> {
        self.0.get(&key(builtin, builtin.inferred.as_ref()?, "Weights")?)
    }

    /// All of them.
    pub(super) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.0.values()
    }
}

/// The names for a model, and their definitions. `context` has none yet.
pub(super) fn aliases(context: &Context<'_>) -> (Aliases, TokenStream) {
    let (mut names, mut definitions) = (BTreeMap::new(), Vec::new());
    let mut taken = HashSet::new();
    let mut define = |key: String, mut name: Ident, definition: &dyn Fn(&Ident) -> TokenStream| {
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
        // The type of a sparse sample is short.
        if let (Shaped::Const(shape), true) = (&tensor.shape, tensor.holds != Holds::Sparse)
            && let Some(name) = of_path(shape, "Sample")
        {
            let (nn, span) = (&context.paths.nn, context.name.span());
            let size = quote_spanned!(span=> { #shape.rows() }, { #shape.cols() });
            define(shape.to_string(), name, &|name| quote!(type #name<E> = #nn SMatrix<E, #size>;));
        }
    }
    let layers = context.paths.layers.clone();
    for node in &context.graph.nodes {
        for id in context.graph.chain(node.layer) {
            let Op::Builtin(builtin) = &context.graph.layers[id].op else { continue };
            let plain = builtin.inner.is_none() && context.activation_types(builtin).is_empty();
            let of = |facts: Option<&Facts>, kind: &str| {
                let Some(Facts::Const(path)) = facts else { return None };
                Some((key(builtin, facts?, kind)?, of_path(path, if kind.is_empty() { "Layer" } else { kind })?))
            };
            let spec = format_ident!("{}", builtin.spec.name);
            let facts = context.graph.facts(node, id);
            if let (true, Some((key, name))) = (plain, of(facts, "")) {
                let consts = context.consts(builtin, facts);
                define(key, name, &|name| quote!(type #name = #layers #spec<#(#consts),*>;));
            }
            let weights = builtin.inferred.as_ref();
            if let (None, Some(count), Some((key, name))) =
                (builtin.inner, builtin.spec.weight_consts, of(weights, "Weights"))
            {
                let (consts, spec) = (context.consts(builtin, weights), format_ident!("{spec}Weights"));
                let consts: Vec<_> = consts.into_iter().take(count).chain(context.activation_types(builtin)).collect();
                define(key, name, &|name| quote!(type #name<T> = #layers #spec<T, #(#consts),*>;));
            }
        }
    }
    let definitions = quote!(#(#[allow(dead_code)] #definitions)*);
    (Aliases(Rc::new(names)), definitions)
}

/// What tells a type of a layer from others.
fn key(builtin: &Builtin, facts: &Facts, kind: &str) -> Option<String> {
    match facts {
        Facts::Const(path) => Some(format!("{}{kind} {path}", builtin.spec.name)),
        Facts::Known(_) => None,
    }
}

/// A name made of the path to a constant, `PairGraph::SAME` or `PairGraph::SAME.output(0usize)`; none for anything else.
fn of_path(path: &TokenStream, kind: &str) -> Option<Ident> {
    let tokens: Vec<TokenTree> = path.clone().into_iter().collect();
    let [TokenTree::Ident(_), TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Ident(constant), rest @ ..] =
        &tokens[..]
    else {
        return None;
    };
    let output = match rest {
        [] => String::new(),
        [TokenTree::Punct(_), TokenTree::Ident(method), TokenTree::Group(number)] if method == "output" => {
            let number = number.stream().to_string();
            match number.trim_end_matches("usize") {
                "0" => String::new(),
                number => number.to_string(),
            }
        }
        _ => return None,
    };
    // `DenseWeights` would be the name of the library's own.
    Some(format_ident!("{kind}Of{}{output}", super::types::camel(&constant.to_string().to_lowercase())))
}
