//! The expansion after errors. Items that the user's code names still exist, so no second-hand errors follow.

use crate::diagnostics::Diagnostics;
use crate::front::parse::Syntax;
use crate::front::values::arguments;
use crate::graph::Graph;
use crate::literal;
use crate::source::Source;
use crate::source::is_reserved;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::collections::HashSet;
use syn::{Expr, Ident};

/// The errors, and items with the names of the usual expansion.
///
/// The model is an alias for a type that depends on a constant, and the constant's value is the last error. So rustc
/// knows that the type is wrong, and does not report missing methods, constants or implementations.
pub(crate) fn fallback(syntax: &Syntax, graph: &Graph, diagnostics: Diagnostics) -> TokenStream {
    let Syntax { visibility, name, .. } = syntax;
    let inputs = inputs(syntax, graph, &diagnostics.source);
    let outputs = outputs(syntax, graph, &diagnostics.source);
    let mut errors = diagnostics.into_compile_errors();
    let last = errors.pop();
    let unknown = format_ident!("{name}Unknown");
    let inputs = named(syntax, "Inputs", inputs);
    let outputs = named(syntax, "Outputs", outputs);
    quote! {
        #(#errors;)*

        #[allow(dead_code, missing_docs)]
        #visibility type #name<T = ::core::primitive::f32> = #unknown<T, { #last }>;

        #[doc(hidden)]
        #[allow(dead_code)]
        #visibility struct #unknown<T, const ERROR: ::core::primitive::usize>(::core::marker::PhantomData<T>);

        #inputs
        #outputs
    }
}

fn inputs(syntax: &Syntax, graph: &Graph, source: &Source) -> Vec<Ident> {
    match graph.complete {
        true => graph.inputs.iter().map(|&tensor| source.ident(&graph.tensors[tensor].name)).collect(),
        false => listed(syntax, 0, "inputs"),
    }
}

fn outputs(syntax: &Syntax, graph: &Graph, source: &Source) -> Vec<Ident> {
    match graph.complete {
        true => graph.output_names.iter().map(|name| source.ident(name)).collect(),
        false => listed(syntax, 1, "outputs"),
    }
}

/// The names in `Model(inputs = [a, b], outputs = y)`, whatever they mean.
fn listed(syntax: &Syntax, position: usize, keyword: &str) -> Vec<Ident> {
    let Some(Expr::Call(call)) = &syntax.tail else { return Vec::new() };
    let mut arguments = arguments(call).into_iter().enumerate();
    let value = arguments.find(|(at, (word, _))| word.as_ref().map_or(*at == position, |word| word == keyword));
    let Some((_, (_, value))) = value else { return Vec::new() };
    let elements = literal::list(&value).unwrap_or_else(|| vec![&value]);
    elements
        .into_iter()
        .filter_map(|element| match element {
            Expr::Path(path) => path.path.get_ident().cloned(),
            _ => None,
        })
        .collect()
}

/// `DigitsInputs` or `DigitsOutputs`.
fn named(syntax: &Syntax, suffix: &str, mut fields: Vec<Ident>) -> TokenStream {
    let (visibility, name) = (&syntax.visibility, format_ident!("{}{suffix}", syntax.name));
    let mut seen = HashSet::new();
    fields.retain(|field| !is_reserved(&field.to_string()) && seen.insert(field.to_string()));
    let letters: Vec<_> = (0..fields.len()).map(|i| format_ident!("A{i}")).collect();
    quote! {
        #[allow(dead_code, missing_docs)]
        #visibility struct #name<#(#letters),*> { #(pub #fields: #letters),* }
    }
}
