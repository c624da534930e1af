//! The memory of a pass: of a prediction, whose activations share it, and of a training step, which keeps them all.

use super::Context;
use crate::graph::{Node, TensorId};
use crate::infer::expression;
use crate::plan::memory::Arena;
use crate::plan::{Gradient, Place};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;

/// The structs `DigitsScratch` and `DigitsCache`.
pub(crate) fn memory(context: &Context<'_>) -> TokenStream {
    let name = context.name;
    let scratch = memory_struct(
        context,
        &context.scratch,
        &format!(" The activations of a prediction with [`{name}`]."),
        &scratch_fields(context),
    );
    // A frozen model is for predictions only.
    if context.frozen {
        return scratch;
    }
    let cache = cache(context);
    quote!(#scratch #cache)
}

/// The struct `DigitsCache`.
pub(crate) fn cache(context: &Context<'_>) -> TokenStream {
    let doc = format!(
        " What a training step of [`{}`] keeps: activations, their gradients, and what layers remember.",
        context.name
    );
    memory_struct(context, &context.cache, &doc, &cache_fields(context))
}

/// The type of a struct of memory; `()` if it would have no field.
pub(crate) fn memory_type(name: &Ident, fields: &[(Ident, TokenStream)]) -> TokenStream {
    if fields.is_empty() { quote!(()) } else { quote!(#name<T, B>) }
}

fn memory_struct(context: &Context<'_>, name: &Ident, doc: &str, fields: &[(Ident, TokenStream)]) -> TokenStream {
    if fields.is_empty() {
        return quote!();
    }
    let nn = &context.paths.nn;
    let (names, types): (Vec<_>, Vec<_>) = fields.iter().cloned().unzip();
    quote! {
        #[doc = #doc]
        pub struct #name<T: #nn Scalar, B: #nn Storage> {
            #(#names: #types,)*
        }

        #[automatically_derived]
        impl<T: #nn Scalar, B: #nn Storage> #nn Buffer for #name<T, B> {
            const ZEROED: Self = #name { #(#names: #nn Buffer::ZEROED,)* };

            fn with_capacity(capacity: usize) -> Self {
                #name { #(#names: #nn Buffer::with_capacity(capacity),)* }
            }
        }
    }
}

fn tape(context: &Context<'_>) -> Vec<(Ident, TokenStream)> {
    let mut fields = Vec::new();
    let passes = |tensor| context.plan.for_training && place(context, tensor).is_some();
    for node in &context.graph.nodes {
        for &tensor in &node.outputs {
            let plan = &context.plan.tensors[tensor];
            if plan.place == Place::Tape && plan.becomes.is_none() && !passes(tensor) {
                let sample = context.sample(tensor, &quote!(T));
                fields.push((context.field(tensor), quote!(B::Of<#sample>)));
            }
        }
    }
    fields
}

/// What activations share.
fn shared(context: &Context<'_>) -> Vec<(Ident, TokenStream)> {
    let shared = arenas(context).into_iter().filter(|(arena, _)| !arena.is_empty()).map(|(arena, element)| {
        let size = match arena.size() {
            Some(size) => Literal::usize_unsuffixed(size).into_token_stream(),
            None => {
                let plan = context.own(&arena.name);
                quote_spanned!(context.name.span()=> #plan.size())
            }
        };
        (format_ident!("{}", arena.name), quote!(B::Of<[#element; #size]>))
    });
    shared.collect()
}

/// The memory of a prediction.
pub(crate) fn scratch_fields(context: &Context<'_>) -> Vec<(Ident, TokenStream)> {
    let mut fields = shared(context);
    for node in &context.graph.nodes {
        if context.graph.layers[node.layer].has_scratch() {
            fields.push(layer_memory(context, node, quote!(Scratch)));
        }
    }
    fields
}

/// The memory of a training step.
pub(crate) fn cache_fields(context: &Context<'_>) -> Vec<(Ident, TokenStream)> {
    let mut fields = tape(context);
    if context.plan.for_training {
        fields.extend(shared(context));
    }
    for node in &context.graph.nodes {
        for &tensor in &node.outputs {
            let plan = &context.plan.tensors[tensor];
            if plan.own_gradient && plan.gradient != Gradient::Never && plan.becomes.is_none() {
                let sample = context.sample(tensor, &quote!(T));
                fields.push((context.gradient_field(tensor), quote!(B::Of<#sample>)));
            }
        }
        if context.graph.layers[node.layer].has_cache() {
            fields.push(layer_memory(context, node, quote!(Cache)));
        }
    }
    fields
}

fn layer_memory(context: &Context<'_>, node: &Node, kind: TokenStream) -> (Ident, TokenStream) {
    let (layer, nn) = (context.layer_type(node), &context.paths.nn);
    let x = context.samples(&node.inputs, &quote!(T));
    (memory_field(node), quote!(<#layer as #nn Layer<T, #x>>::#kind<B>))
}

/// The field of what a layer remembers of a call.
pub(crate) fn memory_field(node: &Node) -> Ident {
    format_ident!("{}_memory", node.name)
}

/// The memory that activations share, and what it holds.
fn arenas<'a>(context: &Context<'a>) -> [(&'a Arena, TokenStream); 2] {
    let memory = &context.plan.memory;
    [(&memory.activations, quote!(T)), (&memory.indices, quote!(u32))]
}

/// Where the activations that share memory are, for shapes that only rustc knows: constants of the graph's type.
pub(crate) fn plans(context: &Context<'_>) -> TokenStream {
    let plans = arenas(context).into_iter().filter(|(arena, _)| !arena.is_empty() && arena.size().is_none());
    let plans = plans.map(|(arena, _)| {
        let name = format_ident!("{}", arena.name);
        let count = arena.lives.len();
        let lives = lives(context, arena);
        quote_spanned!(context.name.span()=> const #name: ::nn::arena::Plan<#count> = ::nn::arena::Plan::new(&[#(#lives),*]);)
    });
    quote!(#(#plans)*)
}

/// What a prediction needs memory for: tensors, and what layers need for themselves.
pub(crate) fn budget_parts(context: &Context<'_>) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    for (arena, _) in arenas(context) {
        for (life, &(tensor, ..)) in lives(context, arena).iter().zip(&arena.lives) {
            let name = context.field(tensor).to_string();
            parts.push(quote!(::nn::budget::Part::tensor(#name, #life, 4)));
        }
    }
    for node in &context.graph.nodes {
        if context.graph.layers[node.layer].has_scratch() {
            let (layer, x) = (context.layer_type(node), context.samples(&node.inputs, &quote!(f32)));
            let name = memory_field(node).to_string();
            let memory = quote!(<#layer as ::nn::Layer<f32, #x>>::Scratch<::nn::Inline<1>>);
            parts.push(quote!(::nn::budget::Part::new(#name, ::core::mem::size_of::<#memory>())));
        }
    }
    parts
}

/// How long each tensor of an arena is alive.
fn lives(context: &Context<'_>, arena: &Arena) -> Vec<TokenStream> {
    let lives = arena.lives.iter().map(|&(tensor, first, last)| {
        let (first, last) = (Literal::usize_unsuffixed(first), Literal::usize_unsuffixed(last));
        let shape = expression(context.graph, tensor);
        quote_spanned!(context.name.span()=> ::nn::arena::Life::new(#shape.size(), #first, #last))
    });
    lives.collect()
}

/// Where a tensor of the tape is that shares memory: the field, and the scalars of a sample.
pub(crate) fn place(context: &Context<'_>, tensor: TensorId) -> Option<(Ident, TokenStream)> {
    let (arena, i) = context.plan.memory.find(context.graph, tensor)?;
    let range = match arena.range(context.graph, i) {
        Some(range) => {
            let (start, end) = (Literal::usize_unsuffixed(range.start), Literal::usize_unsuffixed(range.end));
            quote!(#start..#end)
        }
        None => {
            let (plan, i) = (context.own(&arena.name), Literal::usize_unsuffixed(i));
            quote!(const { #plan.range(#i) })
        }
    };
    Some((format_ident!("{}", arena.name), range))
}

/// The scalars of a tensor of the tape that shares memory, after a prediction.
pub(crate) fn part(context: &Context<'_>, tensor: TensorId) -> Option<TokenStream> {
    let (field, range) = place(context, tensor)?;
    let arena = &context.paths.arena;
    Some(quote!(#arena part(&m.#field, n, #range)))
}
