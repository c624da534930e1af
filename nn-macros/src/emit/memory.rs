//! The memory of a pass. In a prediction activations share it; a training step keeps them all.

use super::Context;
use crate::graph::{Facts, Node};
use crate::schedule::{Arena, Field, Program, Resident, Stay};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;

/// The structs `DigitsScratch` and, for a model that can be trained, `DigitsCache`.
pub(crate) fn memory(context: &Context<'_>) -> TokenStream {
    let doc = format!(" The activations of a prediction with [`{}`].", context.name);
    let scratch = memory_struct(context, context.predict, &context.scratch, &doc, "Scratch");
    let cache = context.train.map(|train| cache(context, train));
    quote!(#scratch #cache)
}

/// The struct `DigitsCache`.
pub(crate) fn cache(context: &Context<'_>, train: &Program) -> TokenStream {
    let doc = format!(
        " What a training step of [`{}`] keeps: activations, their gradients, and what layers remember.",
        context.name
    );
    memory_struct(context, train, &context.cache, &doc, "Cache")
}

/// The type of the memory of a prediction.
pub(crate) fn scratch_type(context: &Context<'_>) -> TokenStream {
    memory_type(context, context.predict, &context.scratch)
}

/// The type of the memory of a training step.
pub(crate) fn cache_type(context: &Context<'_>, train: &Program) -> TokenStream {
    memory_type(context, train, &context.cache)
}

/// The type of a memory struct; `()` if it would have no field. Memory with only masks has no scalar type.
fn memory_type(context: &Context<'_>, program: &Program, name: &Ident) -> TokenStream {
    match (program.fields.is_empty(), program.has_scalars(context.graph)) {
        (true, _) => quote!(()),
        (false, true) => quote!(#name<T, B>),
        (false, false) => quote!(#name<B>),
    }
}

/// A memory struct. `kind` is the name of a layer's memory.
fn memory_struct(context: &Context<'_>, program: &Program, name: &Ident, doc: &str, kind: &str) -> TokenStream {
    if program.fields.is_empty() {
        return quote!();
    }
    let nn = &context.paths.nn;
    let fields = program.fields.iter().map(|field| self::field(context, program, field, kind));
    let (names, types): (Vec<_>, Vec<_>) = fields.unzip();
    let scalar = program.has_scalars(context.graph).then(|| quote!(T: #nn Scalar,));
    quote! {
        ::nn::__private::buffers! {
            #[doc = #doc]
            pub struct #name<#scalar B: #nn Storage;> {
                #(#names: #types,)*
            }
        }
    }
}

/// A field of memory. `kind` is the name of a layer's memory.
fn field(context: &Context<'_>, program: &Program, field: &Field, kind: &str) -> (Ident, TokenStream) {
    match *field {
        Field::Tensor(tensor) => {
            let sample = context.sample(tensor, &quote!(T));
            (context.field(tensor), quote!(B::Of<#sample>))
        }
        Field::Gradient(tensor) => {
            let sample = context.sample(tensor, &quote!(T));
            (context.gradient_field(tensor), quote!(B::Of<#sample>))
        }
        Field::Arena(arena) => {
            let arena = &program.arenas[arena];
            let size = match arena.size() {
                Some(size) => Literal::usize_unsuffixed(size).into_token_stream(),
                None => {
                    let plan = context.own(&arena.name);
                    quote_spanned!(context.name.span()=> #plan.size())
                }
            };
            let element = context.element(arena.dtype, &quote!(T));
            (format_ident!("{}", arena.name), quote!(B::Of<[#element; #size]>))
        }
        Field::Layer(call) => layer_memory(context, &context.graph.nodes[call], kind),
    }
}

/// The memory of a call's layer: its field and its type.
pub(super) fn layer_memory(context: &Context<'_>, node: &Node, kind: &str) -> (Ident, TokenStream) {
    let (layer, nn) = (context.layer_type(node), &context.paths.nn);
    let (x, kind) = (context.samples(&node.inputs, &quote!(T)), format_ident!("{kind}"));
    (memory_field(context, node), quote!(<#layer as #nn Layer<T, #x>>::#kind<B>))
}

/// The field for a layer's memory of a call.
pub(crate) fn memory_field(context: &Context<'_>, node: &Node) -> Ident {
    format_ident!("{}_memory", context.ident(&node.name))
}

/// Constants of the graph's type with the places of tensors that share memory, if only rustc knows their shapes.
pub(crate) fn plans(context: &Context<'_>, program: &Program) -> TokenStream {
    let plans = program.arenas.iter().filter(|arena| arena.size().is_none()).map(|arena| {
        let name = format_ident!("{}", arena.name);
        let count = arena.lives.len();
        let lives = lives(context, arena);
        quote_spanned!(context.name.span()=> const #name: ::nn::arena::Plan<#count> = ::nn::arena::Plan::new(&[#(#lives),*]);)
    });
    plans.collect()
}

/// The memory of a prediction: tensors, and the layers' own memory.
pub(crate) fn budget_parts(context: &Context<'_>) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    for arena in &context.predict.arenas {
        let bytes = Literal::usize_unsuffixed(arena.dtype.bytes());
        for (life, stay) in lives(context, arena).iter().zip(&arena.lives) {
            let name = resident_name(context, stay.of).to_string();
            parts.push(quote!(::nn::budget::Usage::tensor(#name, #life, #bytes)));
        }
    }
    for node in &context.graph.nodes {
        if context.graph.layers[node.layer].has_scratch() {
            let (layer, x) = (context.layer_type(node), context.samples(&node.inputs, &quote!(::core::primitive::f32)));
            let name = node.name.to_string();
            let memory = quote!(<#layer as ::nn::Layer<::core::primitive::f32, #x>>::Scratch<::nn::Inline<1>>);
            parts.push(quote!(::nn::budget::Usage::memory(#name, ::core::mem::size_of::<#memory>())));
        }
    }
    parts
}

/// The lifetime of each tensor of an arena.
fn lives(context: &Context<'_>, arena: &Arena) -> Vec<TokenStream> {
    let lives = arena.lives.iter().map(|&Stay { of, first, last }| {
        let (first, last) = (Literal::usize_unsuffixed(first), Literal::usize_unsuffixed(last));
        let size = match of {
            Resident::Tensor(tensor) => {
                let shape = context.print().shape_of(tensor);
                quote_spanned!(context.name.span()=> #shape.size())
            }
            Resident::Workspace(call) | Resident::BackWorkspace(call) => {
                workspace_size(context, &context.graph.nodes[call])
            }
        };
        quote_spanned!(context.name.span()=> ::nn::arena::Lifetime::new(#size, #first, #last))
    });
    lives.collect()
}

/// The size of a call's workspace, in scalars of a sample.
pub(super) fn workspace_size(context: &Context<'_>, node: &Node) -> TokenStream {
    match &node.facts {
        Some(Facts::Known(facts)) => Literal::usize_unsuffixed(facts.workspace_size()).into_token_stream(),
        Some(facts) => {
            let facts = context.print().facts(facts);
            quote_spanned!(context.name.span()=> #facts.workspace_size())
        }
        None => quote!(0),
    }
}

/// The name of a part of an arena.
fn resident_name(context: &Context<'_>, of: Resident) -> Ident {
    match of {
        Resident::Tensor(tensor) => context.field(tensor),
        Resident::Workspace(call) | Resident::BackWorkspace(call) => {
            format_ident!("{}_workspace", context.ident(&context.graph.nodes[call].name))
        }
    }
}
