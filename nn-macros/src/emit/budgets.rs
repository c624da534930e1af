//! The checks of the budgets: constants that rustc evaluates, each at the place of its limit.

use super::Context;
use super::memory::budget_parts;
use crate::front::budget::{Budgets, Limit};
use crate::graph::Op;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

/// One check for each given budget.
pub(crate) fn budgets(context: &Context<'_>, budgets: &Budgets) -> TokenStream {
    let (graph, name) = (context.graph, context.name);
    let model = quote!(<#name<::core::primitive::f32> as ::nn::Model>);
    let rows = context.own("rows");
    let check = |limit: &Limit, check: &str, used: TokenStream, parts: TokenStream| {
        let (check, value, text) = (Ident::new(check, limit.span), &limit.value, name.to_string());
        quote_spanned!(limit.span=> const _: () = ::nn::budget::#check(#text, #value, #used, #parts);)
    };
    let ram = budgets.ram.as_ref().map(|limit| {
        let calls = graph.nodes.iter().map(|node| node.name.to_string());
        let parts = budget_parts(context);
        check(limit, "ram", quote!(#model::ARENA_BYTES), quote!(&[#(#calls),*], &[#(#parts),*]))
    });
    let flash =
        budgets.flash.as_ref().map(|limit| check(limit, "flash", quote!(#model::PARAMETER_BYTES), rows.clone()));
    let params = budgets.params.as_ref().map(|limit| check(limit, "params", quote!(#model::PARAMETERS), rows.clone()));
    let macs = budgets.macs.as_ref().map(|limit| {
        let counted = graph.nodes.iter().filter(|node| !matches!(graph.layers[node.layer].op, Op::Activation { .. }));
        let parts = counted.map(|node| {
            let (layer, x) = (context.layer_type(node), context.samples(&node.inputs, &quote!(::core::primitive::f32)));
            let name = node.name.to_string();
            quote!(::nn::budget::Usage::new(#name, <#layer as ::nn::Layer<::core::primitive::f32, #x>>::MACS))
        });
        check(limit, "macs", quote!(#model::MACS), quote!(&[#(#parts),*]))
    });
    quote!(#ram #flash #params #macs)
}
