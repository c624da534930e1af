//! The struct of weights, and the structs with the names of inputs and outputs.

use super::tuples::one_or_tuple;
use super::{Context, docs};
use crate::graph::TensorId;
use crate::schedule::by_rows;
use crate::source::Name;
use nn_core::spec::MAX_INPUTS;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;

/// `pub struct Digits<T = f32> { .. }`
pub(crate) fn weights(context: &Context<'_>) -> TokenStream {
    let Context { item, name, .. } = context;
    let (attributes, visibility) = (&item.attributes, &item.visibility);
    let scalar = quote!(T);
    let mut fields = Vec::new();
    for (id, layer) in context.weighted() {
        let (field, r#type) = (context.ident(&layer.name), context.weights_type(id, &scalar));
        let doc = docs::field(context, id);
        let own = docs::own(&layer.docs);
        fields.push(quote!(#own #[doc = #doc] pub #field: #r#type));
    }
    let picture = docs::mermaid(context);
    // A struct without layers that own weights has no field for `T`.
    if fields.is_empty() {
        fields.push(quote! {
            #[doc(hidden)]
            pub nothing: ::core::marker::PhantomData<T>
        });
    }
    quote! {
        #(#attributes)*
        #(#[doc = #picture])*
        #[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
        // Scalars are not `Eq`.
        #[allow(clippy::derive_partial_eq_without_eq)]
        #[repr(C)]
        #visibility struct #name<T: ::nn::Scalar = ::core::primitive::f32> {
            #(#fields,)*
        }
    }
}

/// The view of the weights as one flat slice.
pub(crate) fn flat(context: &Context<'_>) -> TokenStream {
    let (name, nn) = (context.name, &context.paths.nn);
    let mut parts = Vec::new();
    let part = quote!(#nn Part);
    for (id, layer) in context.weighted() {
        let r#type = context.weights_type(id, &quote!(T));
        let text = layer.name.to_string();
        let path = text.trim_start_matches("r#");
        let by_rows = layer.trainable && by_rows(context.graph, id);
        if let (true, Some(table)) = (by_rows, layer.sparse_rows()) {
            parts.push(quote!(#part::table::<T, #r#type>(#path, #table)));
        } else if layer.trainable && layer.has_rows() && !by_rows {
            parts.push(quote!(#part::whole::<T, #r#type>(#path)));
        } else if layer.trainable {
            parts.push(quote!(#part::layer::<T, #r#type>(#path)));
        } else {
            parts.push(quote!(#part::frozen::<T, #r#type>(#path)));
        }
    }
    // The error is about the model, so it is reported at its name.
    let small = quote_spanned!(name.span()=> const { ::nn::model::assert_clone::<Self>() });
    quote! {
        // SAFETY: `repr(C)`, and every field is `Weights<T>`: nothing but scalars.
        #[automatically_derived]
        unsafe impl<T: #nn Scalar> #nn Weights<T> for #name<T> {
            const PARTS: &'static [#part] = &[#(#parts),*];
        }

        #[automatically_derived]
        impl<T: #nn Scalar> ::core::clone::Clone for #name<T> {
            fn clone(&self) -> Self {
                #small
                ::nn::model::clone(self)
            }

            fn clone_from(&mut self, source: &Self) {
                ::nn::__private::fold::copy(source, self);
            }
        }
    }
}

/// `a + b + c`, or 0.
pub(crate) fn sum(parts: Vec<TokenStream>) -> TokenStream {
    if parts.is_empty() { quote!(0) } else { quote!(#(#parts)+*) }
}

/// `DigitsInputs` and `DigitsOutputs`, with their implementations.
pub(crate) fn named(context: &Context<'_>) -> (TokenStream, TokenStream) {
    let graph = context.graph;
    let inputs = graph.inputs.iter().map(|&tensor| (&graph.tensors[tensor].name, tensor));
    let outputs = graph.outputs.iter().zip(&graph.output_names).map(|(&tensor, name)| (name, tensor));
    let name = context.name;
    let inputs = one(context, &context.inputs, &format!(" The inputs of [`{name}`] by name."), inputs.collect());
    let outputs = one(
        context,
        &context.outputs,
        &format!(
            " One value for each output of [`{name}`] by name: losses, loss weights, targets, metrics or predictions."
        ),
        outputs.collect(),
    );
    let ((inputs, of_inputs), (outputs, of_outputs)) = (inputs, outputs);
    (quote!(#inputs #outputs), quote!(#of_inputs #of_outputs))
}

fn one(context: &Context<'_>, name: &Ident, doc: &str, fields: Vec<(&Name, TensorId)>) -> (TokenStream, TokenStream) {
    let visibility = &context.item.visibility;
    let letters: Vec<_> = (0..fields.len()).map(letter).collect();
    let samples = (0..fields.len()).map(|i| format_ident!("S{i}"));
    let targets = (0..fields.len()).map(|i| format_ident!("Y{i}"));
    let names: Vec<_> = fields.iter().map(|(name, _)| context.ident(name)).collect();
    let docs = fields.iter().map(|&(_, tensor)| {
        let (own, shape) = (docs::own(&context.graph.tensors[tensor].docs), docs::shape(context, tensor));
        let shape = format!(" Shape `{shape}`.");
        quote!(#own #[doc = #shape])
    });
    let definition = quote! {
        #[doc = #doc]
        #[derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default, ::core::cmp::PartialEq,
        )]
        #[allow(dead_code, clippy::derive_partial_eq_without_eq)]
        #visibility struct #name<#(#letters),*> {
            #(#docs pub #names: #letters,)*
        }
    };
    // Only predictions are in a struct with more fields than a tuple has.
    if fields.len() > MAX_INPUTS {
        let tokens = |parts: &[Ident]| one_or_tuple(parts.iter().map(ToTokens::to_token_stream).collect());
        let (tuple, pattern) = (tokens(&letters), tokens(&names));
        let from = quote! {
            impl<#(#letters),*> ::core::convert::From<#tuple> for #name<#(#letters),*> {
                fn from(#pattern: #tuple) -> Self {
                    #name { #(#names),* }
                }
            }
        };
        return (definition, from);
    }
    // Without a prelude, the tool `diagnostic` has no name.
    let hint = context.item.prelude.then(|| quote!(#[diagnostic::do_not_recommend]));
    (definition, quote!(::nn::__private::named!(#hint #name { #(#names: #letters #samples #targets),* });))
}

/// The type parameter of field `i`: `A`, `B`, …, and `A26` after `Z`.
pub(crate) fn letter(i: usize) -> Ident {
    let letter = char::from(b'A' + (i % 26) as u8);
    if i < 26 { format_ident!("{letter}") } else { format_ident!("{letter}{i}") }
}
