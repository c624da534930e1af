//! The folded form of a model: a struct of its own if something was folded, else another name of the model.

use super::{Context, first_calls};
use crate::fold::{Fold, Folded, Origin};
use crate::graph::{Count, Op};
use crate::parse::Syntax;
use crate::schedule::Program;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, parse_quote};

/// The name of the folded form of a model.
fn name(model: &Ident) -> Ident {
    // With the span of the name, which a name in the string would not give.
    format_ident!("{}Folded", model)
}

/// The items of the folded form.
pub(crate) fn items(context: &Context<'_>, folded: Option<&(Folded, Program)>) -> TokenStream {
    let (model, folded_name, visibility) = (context.name, name(context.name), &context.syntax.visibility);
    let Some((folded, predict)) = folded else {
        let doc = format!(" The folded form of [`{model}`], in which there is nothing to fold.");
        return quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #visibility type #folded_name<T = f32> = #model<T>;
        };
    };
    let syntax = syntax(context, &folded_name);
    let context = Context {
        syntax: &syntax,
        graph: &folded.graph,
        predict,
        train: predict,
        name: &folded_name,
        graph_type: format_ident!("{}Graph", folded_name),
        scratch: format_ident!("{folded_name}Scratch"),
        cache: format_ident!("{folded_name}Scratch"),
        summary: format_ident!("{folded_name}Summary"),
        first_calls: first_calls(&folded.graph),
        folded: true,
        ..context.clone()
    };
    super::items(&context, None, (quote!(), quote!()), &quote!(), |inside| same(inside.name))
}

/// The struct of the folded form, as a user would have written it: with the derives of the model, and a documentation of its own.
fn syntax(context: &Context<'_>, folded: &Ident) -> Syntax {
    let doc = format!(
        " The folded form of [`{}`], for predictions only: what [`fold`](::nn::Model::fold) gives, with layers folded into each other.",
        context.name
    );
    let mut attributes: Vec<syn::Attribute> = vec![parse_quote!(#[doc = #doc]), parse_quote!(#[allow(dead_code)])];
    let derives = context.syntax.attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    attributes.extend(derives.cloned());
    let visibility = context.syntax.visibility.clone();
    let (no_prelude, profile) = (context.syntax.no_prelude, context.syntax.profile);
    Syntax { no_prelude, profile, ..Syntax::new(attributes, visibility, folded.clone()) }
}

/// What `impl Model` says of a model that is its own folded form.
fn same(model: &Ident) -> TokenStream {
    quote! {
        type Folded = #model<T>;

        fn fold_into(&self, folded: &mut Self::Folded) {
            ::nn::__private::fold::copy(self, folded);
        }
    }
}

/// What `impl Model` says of the folded form: its type, and how its weights are made. `context` is that of the model.
pub(crate) fn fold(context: &Context<'_>, folded: Option<&(Folded, Program)>) -> TokenStream {
    let Some((folded, _)) = folded else { return same(context.name) };
    let folded_name = name(context.name);
    let weighted = folded.graph.layers.iter().enumerate().filter(|(id, layer)| {
        layer.has_weights() && folded.graph.nodes.iter().any(|node| folded.graph.layers[node.layer].owner == *id)
    });
    let fields = weighted.map(|(id, layer)| {
        let field = context.ident(&layer.name);
        let origin = folded.origins.iter().find(|(other, _)| *other == id).map(|(_, origin)| origin);
        let fold = quote!(::nn::__private::fold);
        let component = folded.graph.chain(id).find(|&id| matches!(folded.graph.layers[id].op, Op::Component(_)));
        match (origin, component) {
            (None, Some(component)) => {
                let form = Context::form(&folded_name, &folded.graph, component);
                quote!(#form::fold::<T, _>(&self.#field, &mut folded.#field);)
            }
            (None, None) => quote!(#fold::copy(&self.#field, &mut folded.#field);),
            (Some(Origin::Affine), _) => quote!(#fold::affine::<T>(&self.#field, &mut folded.#field);),
            (Some(Origin::Projected), _) => quote!(#fold::behind::<T, _>(&self.#field, &mut folded.#field);),
            (Some(Origin::Table { width, calls, projected }), _) => {
                let follow = follow(context, width, calls, *projected);
                quote!(#fold::rows::<T, _, _>(&self.#field, &mut folded.#field, #follow);)
            }
        }
    });
    let scales = folded.scales.iter().map(|Fold { into, call, before }| {
        let node = &context.graph.nodes[*call];
        let (into, field, layer) =
            (context.ident(&folded.graph.layers[*into].name), context.weights_field(node), context.layer_value(node));
        let fold = if *before { quote!(before) } else { quote!(after) };
        quote!(::nn::__private::fold::#fold::<T, _, _>(&#layer, &self.#field, &mut folded.#into);)
    });
    quote! {
        type Folded = #folded_name<T>;

        fn fold_into(&self, folded: &mut #folded_name<T>) {
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
