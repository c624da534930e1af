//! The masks of the outputs. The losses leave out masked steps.

use super::Context;
use super::forward::if_it_exists;
use super::layer::slices;
use super::memory::memory_field;
use super::places::{part, read};
use super::tuples::one_or_tuple;
use crate::schedule::{Mask, Program, Read};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// `Ends::mask`, after a prediction.
pub(crate) fn prediction(context: &Context<'_>) -> TokenStream {
    method(context, context.predict, "mask", "Scratch")
}

/// `Ends::training_mask`, after a training pass.
pub(crate) fn training(context: &Context<'_>, train: &Program) -> TokenStream {
    method(context, train, "training_mask", "Cache")
}

/// The method of this name, for a model whose outputs have masks or may get them from an inner model.
fn method(context: &Context<'_>, program: &Program, name: &str, memory: &str) -> TokenStream {
    let (nn, name, memory) = (&context.paths.nn, format_ident!("{name}"), format_ident!("{memory}"));
    let masks = program.ends.iter().enumerate().filter_map(|(output, end)| {
        let mask = mask(context, program, end.mask.as_ref()?, &name);
        let output = Literal::usize_unsuffixed(output);
        Some(quote!(#output => #mask,))
    });
    let masks: Vec<TokenStream> = masks.collect();
    if masks.is_empty() {
        return quote!();
    }
    let inputs = slices(context, &context.graph.inputs, |s| quote!(&'a [#s]));
    quote! {
        fn #name<'a, B: #nn Storage>(
            x: #inputs,
            m: &'a Self::#memory<B>,
            n: usize,
            output: usize,
        ) -> Option<&'a [u32]> {
            let n = n.min(B::CAPACITY);
            match output {
                #(#masks)*
                _ => None,
            }
        }
    }
}

fn scalars(context: &Context<'_>, program: &Program, mask: &Read) -> TokenStream {
    part(context, program, mask).unwrap_or_else(|| {
        let mask = read(context, mask);
        quote!(::nn::tensor::flat(#mask))
    })
}

fn mask(context: &Context<'_>, program: &Program, mask: &Mask, name: &syn::Ident) -> TokenStream {
    let (nn, arena) = (&context.paths.nn, &context.paths.arena);
    match mask {
        Mask::Of(mask) => if_it_exists(context, mask, &scalars(context, program, &mask.read), &quote!(None)),
        Mask::Either(mask, other) => {
            let other = self::mask(context, program, other, name);
            if_it_exists(context, mask, &scalars(context, program, &mask.read), &other)
        }
        Mask::Inside(call, output, x) => {
            let node = &context.graph.nodes[*call];
            let (layer, memory) = (context.layer_type(node), memory_field(context, node));
            let types = context.samples(&node.inputs, &quote!(T));
            let x = x.iter().map(|x| match x {
                None => quote!(&[]),
                Some(x) => match part(context, program, x) {
                    Some(scalars) => quote!(#arena samples(#scalars)),
                    None => read(context, x),
                },
            });
            let (x, output) = (one_or_tuple(x.collect()), Literal::usize_unsuffixed(*output));
            quote!(<#layer as #nn Ends<T, #types>>::#name::<B>(#x, &m.#memory, n, #output))
        }
    }
}
