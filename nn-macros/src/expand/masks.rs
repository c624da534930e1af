//! The masks of the outputs: for the losses, which leave out what does not count.

use super::Context;
use super::layer::slices;
use super::memory::{memory_field, part};
use super::types::one_or_tuple;
use crate::graph::{Holds, Op, Producer, TensorId};
use crate::plan::Place;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// `Layer::mask` or `Layer::training_mask`, of a model whose outputs have masks or may have them, as those of a model inside.
pub(crate) fn method(context: &Context<'_>, name: &str, memory: &str) -> TokenStream {
    let nn = &context.paths.nn;
    let masks = context.graph.outputs.iter().enumerate().filter_map(|(output, &tensor)| {
        let mask = mask(context, tensor, name)?;
        let output = Literal::usize_unsuffixed(output);
        Some(quote!(#output => #mask,))
    });
    let masks: Vec<TokenStream> = masks.collect();
    if masks.is_empty() {
        return quote!();
    }
    let (name, memory) = (format_ident!("{name}"), format_ident!("{memory}"));
    let inputs = slices(context, &context.graph.inputs, |s| quote!(&'a [#s]));
    quote! {
        fn #name<'a, B: #nn Storage>(
            x: #inputs,
            m: &'a Self::#memory<B>,
            n: usize,
            output: usize,
        ) -> Option<&'a [u32]> {
            match output {
                #(#masks)*
                _ => None,
            }
        }
    }
}

/// The mask of a tensor.
fn mask(context: &Context<'_>, tensor: TensorId, name: &str) -> Option<TokenStream> {
    // After a prediction the masks of outputs are still there; numbers are not, and nobody asks for them.
    let prediction = name == "mask";
    let arena = &context.paths.arena;
    if let Some(mask) = context.graph.tensors[tensor].mask {
        if let Some(scalars) = part(context, mask).filter(|_| prediction) {
            return Some(quote!(Some(#scalars)));
        }
        let mask = context.read(mask);
        return Some(quote!(Some(::nn::tensor::flat(#mask))));
    }
    let Producer::Node(node) = context.graph.tensors[tensor].producer else { return None };
    let node = &context.graph.nodes[node];
    let Op::Component(_) = &context.graph.layers[node.layer].op else { return None };
    let (layer, memory, nn) = (context.layer_type(node), memory_field(node), &context.paths.nn);
    let types = context.samples(&node.inputs, &quote!(T));
    // A tensor that is an output is in nobody's hands here, and nobody asks for it: of its inputs a model hands on only a mask
    // that is one itself, which holds indices, and an output holds numbers.
    let x = node.inputs.iter().map(|&tensor| match context.plan.tensors[tensor].place {
        Place::Output(_) => quote!(&[]),
        Place::Tape if context.graph.tensors[tensor].holds == Holds::Numbers => quote!(&[]),
        Place::Tape if prediction => {
            let scalars = part(context, tensor);
            quote!(#arena samples(#scalars))
        }
        _ => context.read(tensor),
    });
    let (x, name) = (one_or_tuple(x.collect()), format_ident!("{name}"));
    let output = node.outputs.iter().position(|&output| output == tensor).map(Literal::usize_unsuffixed);
    Some(quote!(<#layer as #nn Layer<T, #types>>::#name::<B>(#x, &m.#memory, n, #output)))
}
