//! The folded form of a model: a struct of its own if something was folded, otherwise an alias of the model.

use super::Context;
use crate::graph::{Count, Node, Op};
use crate::graph::{Fold, Folded, Origin};
use crate::schedule::Program;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;

/// The items of the folded form. `predict` is its prediction, if something was folded.
pub(crate) fn items(context: &Context<'_>, predict: Option<&Program>) -> TokenStream {
    let item = context.item.folded();
    let (model, folded_name, visibility) = (context.name, &item.name, &item.visibility);
    let (Some(folded), Some(predict)) = (&context.graph.folded, predict) else {
        let doc = format!(" The folded form of [`{model}`], in which there is nothing to fold.");
        return quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #visibility type #folded_name<T = ::core::primitive::f32> = #model<T>;
        };
    };
    let context = Context::new(context.item, &item, &folded.graph, context.source, predict, None);
    super::items(&context, None, (quote!(), quote!()), &quote!())
}

/// The part of `impl Model` for a model that is its own folded form.
fn same(model: &Ident) -> TokenStream {
    quote! {
        type Folded = #model<T>;

        fn fold_into(&self, folded: &mut Self::Folded) {
            ::nn::__private::fold::copy(self, folded);
        }
    }
}

/// The part of `impl Model` about the folded form: its type, and the making of its weights.
pub(crate) fn members(context: &Context<'_>) -> TokenStream {
    let Some(folded) = &context.graph.folded else { return same(context.name) };
    let folded_name = context.item.beside("Folded");
    let Folded { graph, origins, scales } = &**folded;
    let weighted = graph.layers.iter().enumerate().filter(|(id, layer)| {
        layer.has_weights() && graph.nodes.iter().any(|node| graph.layers[node.layer].owner == *id)
    });
    let fields = weighted.map(|(id, layer)| {
        let field = context.ident(&layer.name);
        let origin = origins.iter().find(|(other, _)| *other == id).map(|(_, origin)| origin);
        let fold = quote!(::nn::__private::fold);
        let component = graph.chain(id).find(|&id| matches!(graph.layers[id].op, Op::Component(_)));
        match (origin, component) {
            (None, Some(component)) => {
                let form = Context::form(&folded_name, graph, component);
                quote!(#form::fold::<T, _>(&self.#field, &mut folded.#field);)
            }
            (None, None) => quote!(#fold::copy(&self.#field, &mut folded.#field);),
            (Some(Origin::Affine), _) => quote!(#fold::affine::<T>(&self.#field, &mut folded.#field);),
            (Some(Origin::Composed), _) => quote!(#fold::compose::<T, _>(&self.#field, &mut folded.#field);),
            (Some(Origin::Projected), _) => quote!(#fold::behind::<T, _>(&self.#field, &mut folded.#field);),
            (Some(Origin::Table { width, calls, projected }), _) => {
                let follow = follow(context, width, calls, *projected);
                quote!(#fold::rows::<T, _, _>(&self.#field, &mut folded.#field, #follow);)
            }
        }
    });
    let scales = scales.iter().map(|Fold { into, call, before }| {
        let node = &context.graph.nodes[*call];
        let (layer, w) = (context.layer_value(node), weights(context, node));
        let field = context.ident(&graph.layers[*into].name);
        // The layer may read the features of the scale in another shape.
        let reader = context.graph.nodes.iter().find(|node| node.layer == *into);
        match reader.filter(|_| *before) {
            Some(reader) => {
                let shape = context.print().shape_of(reader.inputs[0]);
                let features = quote_spanned!(context.name.span()=> const { #shape.rows() });
                quote!(::nn::__private::fold::before::<T, _, _>(&#layer, #w, #features, &mut folded.#field);)
            }
            None => quote!(::nn::__private::fold::after::<T, _, _>(&#layer, #w, &mut folded.#field);),
        }
    });
    quote! {
        type Folded = #folded_name<T>;

        fn fold_into(&self, folded: &mut #folded_name<T>) {
            #(#fields)*
            #(#scales)*
        }
    }
}

/// The weights of a call.
fn weights(context: &Context<'_>, node: &Node) -> TokenStream {
    if !context.graph.layers[node.layer].has_weights() {
        return quote!(&());
    }
    let field = context.weights_field(node);
    quote!(&self.#field)
}

/// A closure that turns a table's row into a row of the folded table, with one line for each call.
fn follow(context: &Context<'_>, width: &Count, calls: &[(usize, Count)], projected: bool) -> TokenStream {
    let nn = &context.paths.nn;
    let sample = |width: &Count| {
        let width = context.print().count(width);
        quote!(#nn SVector<T, { #width }>)
    };
    let (mut lines, mut x, mut from) = (Vec::new(), quote!(x), sample(width));
    for (i, (call, width)) in calls.iter().enumerate() {
        let (node, to, last) = (&context.graph.nodes[*call], sample(width), i + 1 == calls.len());
        // Only the last row is read.
        let name = format_ident!("x{}", i % 2);
        let y = if last { quote!(y) } else { quote!(&mut #name) };
        if !last {
            lines.push(quote!(let mut #name = ::nn::tensor::zeroed::<#to>();));
        }
        let w = weights(context, node);
        lines.push(if last && projected {
            quote!(::nn::__private::fold::project(#w, #x, #y);)
        } else {
            let layer = context.layer_value(node);
            quote! {
                #nn Layer::<T, #from>::forward::<#nn Inline<1>>(
                    &#layer,
                    #w,
                    ::core::slice::from_ref(#x),
                    ::core::slice::from_mut(#y),
                    #nn Pass::inference(&mut ()),
                );
            }
        });
        (x, from) = (quote!(&#name), to);
    }
    let (first, last) = (sample(width), sample(calls.last().map_or(width, |(_, width)| width)));
    quote!(|x: &#first, y: &mut #last| { #(#lines)* })
}
