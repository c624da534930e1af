//! The names of library items in the expansion: imports inside its block, full paths outside.

use super::Context;
use super::aliases::aliases;
use crate::front::parameters;
use crate::graph::{Function, Op};
use nn_core::locals::LOCALS;
use nn_core::spec::Kind;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// The prefixes of names.
#[derive(Clone)]
pub(crate) struct Paths {
    /// Before an item of the crate's root: `::nn::`, or nothing.
    pub(crate) nn: TokenStream,
    /// Before a layer: `::nn::layers::`, or nothing.
    pub(crate) layers: TokenStream,
    /// Before an activation: `::nn::activations::`, or nothing.
    pub(crate) activations: TokenStream,
    /// Before a function on the memory of a prediction: `::nn::arena::`, or nothing.
    pub(crate) arena: TokenStream,
    /// Before a primitive type: `::core::primitive::`, or nothing.
    pub(crate) primitive: TokenStream,
    pub(crate) imported: bool,
}

impl Paths {
    /// Full paths.
    pub(crate) fn full() -> Self {
        Paths {
            nn: quote!(::nn::),
            layers: quote!(::nn::layers::),
            activations: quote!(::nn::activations::),
            arena: quote!(::nn::arena::),
            primitive: quote!(::core::primitive::),
            imported: false,
        }
    }
}

/// Items of the crate's root that every expansion names.
const ROOT: &[&str] = &[
    "Activates",
    "Component",
    "Ends",
    "Graph",
    "Inline",
    "Layer",
    "Memory",
    "Model",
    "Part",
    "Pass",
    "SMatrix",
    "SVector",
    "Scalar",
    "Shape",
    "Storage",
    "Train",
    "Weights",
];

/// Around the block, `Option`, `Some` and `f32` may mean anything; inside it they are Rust's.
const PRELUDE: &str = "#[allow(unused_imports)] use ::core::{prelude::v1::*, primitive::*};";

/// The imports of the block, and the context inside it.
pub(crate) fn inside<'a>(context: &Context<'a>) -> (TokenStream, Context<'a>) {
    let (mut layers, mut activations) = (BTreeSet::new(), BTreeSet::new());
    for layer in &context.graph.layers {
        match &layer.op {
            Op::Builtin(builtin) => {
                layers.insert(builtin.spec.name.to_string());
                if builtin.spec.weight_consts.is_some() && builtin.inner.is_none() {
                    layers.insert(format!("{}Weights", builtin.spec.name));
                }
                for (spec, arg) in builtin.spec.args.iter().zip(&builtin.args) {
                    if let Kind::Activation(default) = spec.kind {
                        let name = arg.activation(spec.kind).and_then(Function::name);
                        activations.insert(name.unwrap_or(default).to_string());
                    }
                }
            }
            Op::Activation { function, .. } => {
                activations.insert("Activate".to_string());
                activations.extend(function.name().map(String::from));
            }
            Op::Component(_) => {}
        }
    }
    // If a model is called `Graph`, or has both a layer and an activation `Softmax`, these are written with full paths.
    let own = ["", "Graph", "Scratch", "Cache", "Training", "TrainingCache", "Inputs", "Outputs"]
        .map(|suffix| format!("{}{suffix}", context.name));
    let all =
        || ROOT.iter().map(|name| name.to_string()).chain(layers.iter().cloned()).chain(activations.iter().cloned());
    let prelude = parameters::prelude_without(context.name).unwrap_or_else(|| PRELUDE.parse().expect("an import"));
    let locals = locals(context);
    if all().any(|name| own.contains(&name)) || !layers.is_disjoint(&activations) {
        let paths = Paths { primitive: quote!(), ..Paths::full() };
        return (quote!(#prelude #locals), Context { paths, ..context.clone() });
    }
    let root = ROOT.iter().map(|name| format_ident!("{name}"));
    let layers = layers.iter().map(|name| format_ident!("{name}"));
    let activations = activations.iter().map(|name| format_ident!("{name}"));
    let imports = quote! {
        #prelude
        #locals
        #[allow(unused_imports)]
        use ::nn::{
            #(#root,)* activations::{#(#activations),*}, arena::{part, part_mut, parts, samples, samples_mut}, layers::{#(#layers),*},
        };
    };
    let paths = Paths {
        nn: quote!(),
        layers: quote!(),
        activations: quote!(),
        arena: quote!(),
        primitive: quote!(),
        imported: true,
    };
    let inside = Context { paths, ..context.clone() };
    let (aliases, definitions) = aliases(&inside);
    if aliases.names().any(|name| own.iter().any(|own| name == own)) {
        return (imports, inside);
    }
    (quote!(#imports #definitions), Context { aliases, ..inside })
}

/// Functions with the names of variables, and of inputs and outputs, which are variables in places. They hide the
/// user's constants of such names, so no pattern can mean one.
fn locals(context: &Context<'_>) -> TokenStream {
    let graph = context.graph;
    let inputs = graph.inputs.iter().map(|&input| &graph.tensors[input].name);
    let mut names: Vec<_> = inputs.chain(&graph.output_names).collect();
    names.retain(|name| !LOCALS.contains(&name.to_string().as_str()));
    names.sort_by_key(|name| name.to_string());
    names.dedup_by_key(|name| name.to_string());
    // Without the user's spans, because an editor would take the functions for their meaning.
    let names = names.into_iter().map(|name| {
        let mut name = context.ident(name);
        name.set_span(Span::call_site());
        name
    });
    quote! {
        #[allow(unused_imports)]
        use ::nn::__private::locals::{functions::*, #(local as #names),*};
    }
}
