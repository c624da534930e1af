//! The expressions that read and write tensors.

use super::Context;
use crate::graph::TensorId;
use crate::schedule::{Arena, Place, Program, Read};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;

/// Reads a tensor while outputs are being written. Shared memory is borrowed before.
pub(crate) fn read(context: &Context<'_>, tensor: &Read) -> TokenStream {
    match tensor.place {
        Place::Input(i) => context.part("x", i, context.graph.inputs.len()),
        Place::Output(i) => {
            let y = context.part("y", i, context.graph.outputs.len());
            quote!(&*#y)
        }
        Place::View(i) => {
            let (sample, arena) = (context.sample(tensor.tensor, &quote!(T)), &context.paths.arena);
            let x = context.part("x", i, context.graph.inputs.len());
            quote!(#arena samples::<#sample>(::nn::tensor::flat(#x)))
        }
        Place::Own(name) => own(context, name),
        Place::Shared { .. } => own(context, tensor.tensor),
    }
}

/// Reads a tensor in the backward pass.
pub(crate) fn read_back(context: &Context<'_>, tensor: &Read) -> TokenStream {
    match tensor.place {
        Place::Output(i) => context.part("y", i, context.graph.outputs.len()),
        _ => read(context, tensor),
    }
}

/// Writes a tensor.
pub(crate) fn write(context: &Context<'_>, tensor: &Read) -> TokenStream {
    match tensor.place {
        Place::Output(i) => {
            let y = context.part("y", i, context.graph.outputs.len());
            quote!(&mut *#y)
        }
        Place::Own(name) => {
            let field = context.field(name);
            quote!(&mut m.#field[..n])
        }
        _ => unreachable!("a call writes to the caller's memory or to the model's"),
    }
}

fn own(context: &Context<'_>, name: TensorId) -> TokenStream {
    let field = context.field(name);
    quote!(&m.#field[..n])
}

/// The scalars of a tensor in shared memory, after a pass.
pub(crate) fn part(context: &Context<'_>, program: &Program, tensor: &Read) -> Option<TokenStream> {
    let (field, range) = range(context, program, tensor.place)?;
    let arena = &context.paths.arena;
    Some(quote!(#arena part(&m.#field, n, #range)))
}

/// The field of a place in shared memory, and its range in scalars of a sample.
pub(crate) fn range(context: &Context<'_>, program: &Program, place: Place) -> Option<(Ident, TokenStream)> {
    let Place::Shared { arena, index } = place else { return None };
    let arena: &Arena = &program.arenas[arena];
    let range = match arena.range(index) {
        Some(range) => {
            let (start, end) = (Literal::usize_unsuffixed(range.start), Literal::usize_unsuffixed(range.end));
            quote!(#start..#end)
        }
        None => {
            let (plan, index) = (context.own(&arena.name), Literal::usize_unsuffixed(index));
            quote!(const { #plan.range(#index) })
        }
    };
    Some((format_ident!("{}", arena.name), range))
}
