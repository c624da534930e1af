//! The frozen form of a model: a struct of its own if something was folded, else another name of the model.

use super::{Context, first_calls};
use crate::freeze::{Fold, Frozen, Origin};
use crate::graph::{Count, Op};
use crate::parse::Syntax;
use crate::schedule::Program;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, parse_quote};

/// The name of the frozen form of a model.
fn name(model: &Ident) -> Ident {
    // With the span of the name, which a name in the string would not give.
    format_ident!("{}Frozen", model)
}

/// The items of the frozen form.
pub(crate) fn items(context: &Context<'_>, frozen: Option<&(Frozen, Program)>) -> TokenStream {
    let (model, frozen_name, visibility) = (context.name, name(context.name), &context.syntax.visibility);
    let Some((frozen, predict)) = frozen else {
        let doc = format!(" The frozen form of [`{model}`], in which there is nothing to fold.");
        return quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #visibility type #frozen_name<T = f32> = #model<T>;
        };
    };
    let syntax = syntax(context, &frozen_name);
    let context = Context {
        syntax: &syntax,
        graph: &frozen.graph,
        predict,
        train: predict,
        name: &frozen_name,
        graph_type: format_ident!("{}Graph", frozen_name),
        scratch: format_ident!("{frozen_name}Scratch"),
        cache: format_ident!("{frozen_name}Scratch"),
        summary: format_ident!("{frozen_name}Summary"),
        first_calls: first_calls(&frozen.graph),
        frozen: true,
        ..context.clone()
    };
    super::items(&context, None, (quote!(), quote!()), &quote!(), |inside| same(inside.name))
}

/// The struct of the frozen form, as a user would have written it: with the derives of the model, and a documentation of its own.
fn syntax(context: &Context<'_>, frozen: &Ident) -> Syntax {
    let doc = format!(
        " The frozen form of [`{}`], for predictions only: what [`freeze`](::nn::Model::freeze) gives, with layers folded into each other.",
        context.name
    );
    let mut attributes: Vec<syn::Attribute> = vec![parse_quote!(#[doc = #doc]), parse_quote!(#[allow(dead_code)])];
    let derives = context.syntax.attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    attributes.extend(derives.cloned());
    let visibility = context.syntax.visibility.clone();
    let (no_prelude, profile) = (context.syntax.no_prelude, context.syntax.profile);
    Syntax { no_prelude, profile, ..Syntax::new(attributes, visibility, frozen.clone()) }
}

/// What `impl Model` says of a model that is its own frozen form.
fn same(model: &Ident) -> TokenStream {
    quote! {
        type Frozen = #model<T>;

        fn freeze_into(&self, frozen: &mut Self::Frozen) {
            ::nn::__private::fold::copy(self, frozen);
        }
    }
}

/// What `impl Model` says of the frozen form: its type, and how its weights are made. `context` is that of the model.
pub(crate) fn freeze(context: &Context<'_>, frozen: Option<&(Frozen, Program)>) -> TokenStream {
    let Some((frozen, _)) = frozen else { return same(context.name) };
    let frozen_name = name(context.name);
    let weighted = frozen.graph.layers.iter().enumerate().filter(|(id, layer)| {
        layer.has_weights() && frozen.graph.nodes.iter().any(|node| frozen.graph.layers[node.layer].owner == *id)
    });
    let fields = weighted.map(|(id, layer)| {
        let field = context.ident(&layer.name);
        let origin = frozen.origins.iter().find(|(other, _)| *other == id).map(|(_, origin)| origin);
        let fold = quote!(::nn::__private::fold);
        let component = frozen.graph.chain(id).find(|&id| matches!(frozen.graph.layers[id].op, Op::Component(_)));
        match (origin, component) {
            (None, Some(component)) => {
                let form = Context::form(&frozen_name, &frozen.graph, component);
                quote!(#form::freeze::<T, _>(&self.#field, &mut frozen.#field);)
            }
            (None, None) => quote!(#fold::copy(&self.#field, &mut frozen.#field);),
            (Some(Origin::Affine), _) => quote!(#fold::affine::<T>(&self.#field, &mut frozen.#field);),
            (Some(Origin::Projected), _) => quote!(#fold::behind::<T, _>(&self.#field, &mut frozen.#field);),
            (Some(Origin::Table { width, calls, projected }), _) => {
                let follow = follow(context, width, calls, *projected);
                quote!(#fold::rows::<T, _, _>(&self.#field, &mut frozen.#field, #follow);)
            }
        }
    });
    let scales = frozen.scales.iter().map(|Fold { into, call, before }| {
        let node = &context.graph.nodes[*call];
        let (into, field, layer) =
            (context.ident(&frozen.graph.layers[*into].name), context.weights_field(node), context.layer_value(node));
        let fold = if *before { quote!(before) } else { quote!(after) };
        quote!(::nn::__private::fold::#fold::<T, _, _>(&#layer, &self.#field, &mut frozen.#into);)
    });
    quote! {
        type Frozen = #frozen_name<T>;

        fn freeze_into(&self, frozen: &mut #frozen_name<T>) {
            #(#fields)*
            #(#scales)*
        }
    }
}

/// A closure that takes a row of a table to the row of the folded one: one line for each call.
fn follow(context: &Context<'_>, width: &Count, calls: &[(usize, Count)], projected: bool) -> TokenStream {
    let nn = &context.paths.nn;
    let sample = |width: &Count| {
        let width = context.print().count(width);
        quote!(#nn SVector<T, { #width }>)
    };
    let (mut lines, mut x, mut from) = (Vec::new(), quote!(x), sample(width));
    for (i, (call, width)) in calls.iter().enumerate() {
        let (node, to, last) = (&context.graph.nodes[*call], sample(width), i + 1 == calls.len());
        let name = format_ident!("x{i}");
        let y = if last { quote!(y) } else { quote!(&mut #name) };
        if !last {
            lines.push(quote!(let mut #name = ::nn::tensor::zeroed::<#to>();));
        }
        let w = if context.graph.layers[node.layer].has_weights() {
            let field = context.weights_field(node);
            quote!(&self.#field)
        } else {
            quote!(&())
        };
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
                    #nn Pass::Inference(&mut ()),
                );
            }
        });
        (x, from) = (quote!(&#name), to);
    }
    let (first, last) = (sample(width), sample(calls.last().map_or(width, |(_, width)| width)));
    quote!(|x: &#first, y: &mut #last| { #(#lines)* })
}
