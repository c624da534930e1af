//! The memory of a pass, and the forward pass: one line for each call.

use super::Context;
use super::types::one_or_tuple;
use crate::graph::{Node, Op};
use crate::plan::{Gradient, Place};
use nn_core::spec::{Dtype, Masking};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
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
    let cache = memory_struct(
        context,
        &context.cache,
        &format!(" What a training step of [`{name}`] keeps: activations, their gradients, and what layers remember."),
        &cache_fields(context),
    );
    quote!(#scratch #cache)
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
            fn with_capacity(capacity: usize) -> Self {
                #name { #(#names: #nn Buffer::with_capacity(capacity),)* }
            }
        }
    }
}

fn tape(context: &Context<'_>) -> Vec<(Ident, TokenStream)> {
    let mut fields = Vec::new();
    for node in &context.graph.nodes {
        for &tensor in &node.outputs {
            if context.plan.tensors[tensor].place == Place::Tape {
                let sample = context.sample(tensor, &quote!(T));
                fields.push((context.field(tensor), quote!(B::Of<#sample>)));
            }
        }
    }
    fields
}

/// The memory of a prediction.
pub(crate) fn scratch_fields(context: &Context<'_>) -> Vec<(Ident, TokenStream)> {
    let mut fields = tape(context);
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
    for node in &context.graph.nodes {
        for &tensor in &node.outputs {
            let plan = &context.plan.tensors[tensor];
            if plan.own_gradient && plan.gradient != Gradient::Never {
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

/// The body of `Layer::forward`.
pub(crate) fn forward(context: &Context<'_>) -> TokenStream {
    let nn = &context.paths.nn;
    let first = context.part("x", 0, context.graph.inputs.len());
    let inference = context.graph.nodes.iter().map(|node| {
        let memory = if context.graph.layers[node.layer].has_scratch() {
            let field = memory_field(node);
            quote!(&mut m.#field)
        } else {
            quote!(&mut ())
        };
        call(context, node, quote!(#nn Pass::Inference(#memory)))
    });
    let training = context.graph.nodes.iter().map(|node| {
        let layer = &context.graph.layers[node.layer];
        let memory = if layer.has_cache() {
            let field = memory_field(node);
            quote!(&mut m.#field)
        } else {
            quote!(&mut ())
        };
        let mode = match (layer.trainable, layer.has_cache() && layer.has_weights()) {
            (false, _) => quote!(mode.frozen()),
            // It may be frozen at run time.
            (true, true) => {
                let (start, count) = context.layers_of(context.owner(node));
                quote!(mode.layer(#start, #count))
            }
            (true, false) => quote!(mode.reborrow()),
        };
        call(context, node, quote!(#nn Pass::Training(#memory, #mode)))
    });
    quote! {
        let n = #first.len();
        match pass {
            #nn Pass::Inference(m) => {
                #(#inference)*
            }
            #nn Pass::Training(m, mut mode) => {
                #(#training)*
            }
        }
    }
}

fn call(context: &Context<'_>, node: &Node, pass: TokenStream) -> TokenStream {
    let w = weights(context, node);
    let x = one_or_tuple(node.inputs.iter().map(|&tensor| context.read(tensor)).collect());
    let y = one_or_tuple(node.outputs.iter().map(|&tensor| context.write(tensor)).collect());
    over_batch(context, node, quote!(forward::<B>), quote!(#w, #x, #y, #pass))
}

/// A call that passes over batches: `Dense::<64, 10, 1>::DEFAULT.forward::<B>(..)`. Where the inputs' types do not
/// follow from the layer's (a merge of any tensors, a layer of the user's) they are named.
pub(crate) fn over_batch(context: &Context<'_>, node: &Node, name: TokenStream, arguments: TokenStream) -> TokenStream {
    let layer = context.layer_value(node);
    let any_inputs = match &context.graph.layers[node.layer].op {
        Op::Builtin(builtin) => {
            let spec = builtin.spec;
            let reads_masks = matches!(spec.masking, Masking::Reads { .. });
            spec.inputs.max > 1 || reads_masks || spec.inner.is_some() || spec.writes != Dtype::Float
        }
        Op::Activation { .. } => false,
        Op::Component(_) => true,
    };
    if any_inputs || !context.paths.imported {
        method(context, node, name, arguments)
    } else if layer.to_string().ends_with('}') {
        quote!((#layer).#name(#arguments);)
    } else {
        quote!(#layer.#name(#arguments);)
    }
}

/// A call of a method of a layer, with the types of its inputs.
pub(crate) fn method(context: &Context<'_>, node: &Node, name: TokenStream, arguments: TokenStream) -> TokenStream {
    let (layer, nn) = (context.layer_value(node), &context.paths.nn);
    let types = context.samples(&node.inputs, &quote!(T));
    quote!(#nn Layer::<T, #types>::#name(&#layer, #arguments);)
}

/// The weights of a call.
pub(crate) fn weights(context: &Context<'_>, node: &Node) -> TokenStream {
    let layer = &context.graph.layers[node.layer];
    let name = context.weights_field(node);
    if layer.has_weights() { quote!(&w.#name) } else { quote!(&()) }
}
