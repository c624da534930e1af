//! After errors: the items that the user's code names still exist, so that no second-hand errors follow.

use crate::diagnostics::Diagnostics;
use crate::graph::Graph;
use crate::parse::Syntax;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The errors, and the items without bodies.
pub(crate) fn fallback(syntax: &Syntax, graph: &Graph, diagnostics: Diagnostics) -> TokenStream {
    let Syntax { attributes, visibility, name, .. } = syntax;
    let errors = diagnostics.into_compile_errors();
    let docs = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let inputs = named(
        &format_ident!("{name}Inputs"),
        syntax,
        graph.inputs.iter().map(|&t| graph.tensors[t].name.clone()).collect(),
    );
    let outputs = named(&format_ident!("{name}Outputs"), syntax, graph.output_names.clone());
    quote! {
        #errors

        #(#docs)*
        #[allow(dead_code, missing_docs)]
        #visibility struct #name<T: ::nn::Scalar = f32>(::core::marker::PhantomData<T>);

        #inputs
        #outputs
    }
}

fn named(name: &syn::Ident, syntax: &Syntax, fields: Vec<syn::Ident>) -> TokenStream {
    let visibility = &syntax.visibility;
    let letters: Vec<_> = (0..fields.len()).map(|i| format_ident!("A{i}")).collect();
    quote! {
        #[allow(dead_code, missing_docs)]
        #visibility struct #name<#(#letters),*> { #(pub #fields: #letters),* }
    }
}
