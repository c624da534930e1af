//! The backward pass: one line for each step, in reverse.

use super::Context;
use super::forward::{Borrows, memory, of_value, over_batch, weights};
use super::places::read_back;
use super::tuples::one_or_tuple;
use crate::schedule::{Back, BackCall, CallId, Does, Incoming, Outgoing, Program, Seed};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The body of `Layer::backward_from`.
pub(crate) fn backward(context: &Context<'_>, train: &Program) -> TokenStream {
    let first = context.part("x", 0, context.graph.inputs.len());
    let seeds = train.seeds.iter().map(|seed| self::seed(context, seed));
    let steps = train.backward.iter().map(|step| self::step(context, train, step));
    let asked = asked(context, train);
    quote! {
        let n = #first.len().min(B::CAPACITY);
        #asked
        #(#seeds)*
        #(#steps)*
    }
}

/// Records which input gradients the caller asked for, if a step depends on it.
fn asked(context: &Context<'_>, train: &Program) -> TokenStream {
    if !train.asks {
        return quote!();
    }
    let count = context.graph.inputs.len();
    let asked = (0..count).map(|i| {
        let dx = context.part("dx", i, count);
        quote!(#dx.is_some())
    });
    let asked = one_or_tuple(asked.collect());
    quote!(let wanted = #asked;)
}

fn seed(context: &Context<'_>, seed: &Seed) -> TokenStream {
    match *seed {
        Seed::Copy(tensor, output) => {
            let (field, dy) = (context.gradient_field(tensor), caller_gradient(context, output));
            quote!(m.#field[..n].copy_from_slice(#dy);)
        }
        Seed::Clear(tensor) => {
            let field = context.gradient_field(tensor);
            quote!(::nn::tensor::clear(&mut m.#field[..n]);)
        }
    }
}

/// The caller's gradient for an output.
fn caller_gradient(context: &Context<'_>, output: usize) -> TokenStream {
    context.part("dy", output, context.graph.outputs.len())
}

fn step(context: &Context<'_>, program: &Program, step: &Back) -> TokenStream {
    let node = &context.graph.nodes[step.call];
    let does = match &step.does {
        Does::InPlace { y, gradient } => {
            let (y, field) = (read_back(context, y), context.gradient_field(*gradient));
            of_value(context.layer_value(node), quote!(backward_in_place), quote!(#y, &mut m.#field[..n]))
        }
        Does::Call(call) => self::call(context, program, step.call, call),
    };
    match &step.if_asked {
        Some(inputs) => {
            let wanted = wanted(context, inputs);
            quote!(if #wanted { #does })
        }
        None => does,
    }
}

fn call(context: &Context<'_>, program: &Program, number: CallId, call: &BackCall) -> TokenStream {
    let node = &context.graph.nodes[number];
    let w = weights(context, call.weights);
    let x = one_or_tuple(call.x.iter().map(|x| read_back(context, x)).collect());
    let y = one_or_tuple(call.y.iter().map(|y| read_back(context, y)).collect());
    let dy = one_or_tuple(call.dy.iter().map(|dy| incoming(context, dy)).collect());
    let dx = one_or_tuple(call.dx.iter().map(|dx| outgoing(context, dx)).collect());
    let memory = memory(context, call.memory, node);
    let dw = match call.weights.filter(|_| call.learns) {
        Some(layer) => {
            let field = context.ident(&context.graph.layers[layer].name);
            quote!(dw.as_deref_mut().map(|dw| &mut dw.#field))
        }
        None => quote!(None),
    };
    let nn = &context.paths.nn;
    let mut parts = Borrows::default();
    let workspace = parts.workspace(context, program, call.workspace);
    let masks = parts.masks(context, program, &call.masks);
    let takes = parts.takes(context);
    let tensors = quote!(#w, #x, #y, #dy, #nn Memory::new(#memory) #workspace #masks, #dx, #dw);
    let does = if call.inside_heads.is_empty() {
        over_batch(context, node, call.any_inputs, quote!(backward::<B>), tensors)
    } else {
        // The bits of the model's outputs, moved to their indices in the inner model.
        let bits = call.inside_heads.iter().map(|&(i, k)| {
            let (i, k) = (Literal::usize_unsuffixed(i), Literal::usize_unsuffixed(k));
            quote!((logit_mask >> #i & 1) << #k)
        });
        let logits = quote!(#(#bits)|*);
        over_batch(context, node, call.any_inputs, quote!(backward_from::<B>), quote!(#logits, #tensors))
    };
    let does = quote!(#takes #does);
    let Some((output, logits)) = call.head else { return does };
    // The loss may have given the gradient of the logits already.
    let bit = Literal::u32_unsuffixed(1 << output);
    let (dy, d_logits) = (caller_gradient(context, output), context.gradient_field(logits));
    quote! {
        if logit_mask & #bit == 0 {
            #does
        } else {
            ::nn::tensor::add(&mut m.#d_logits[..n], #dy);
        }
    }
}

/// Whether the caller asked for the gradient of one of these inputs.
fn wanted(context: &Context<'_>, inputs: &[usize]) -> TokenStream {
    let wanted = inputs.iter().map(|&input| context.part("wanted", input, context.graph.inputs.len()));
    quote!(#(#wanted)||*)
}

fn incoming(context: &Context<'_>, gradient: &Incoming) -> TokenStream {
    match *gradient {
        Incoming::Caller(output) => caller_gradient(context, output),
        Incoming::Own(tensor) => {
            let field = context.gradient_field(tensor);
            quote!(&m.#field[..n])
        }
    }
}

fn outgoing(context: &Context<'_>, gradient: &Outgoing) -> TokenStream {
    let own = |tensor| {
        let field = context.gradient_field(tensor);
        quote!(Some(&mut m.#field[..n]))
    };
    match gradient {
        Outgoing::Nowhere => quote!(None),
        Outgoing::Caller(input) => {
            let dx = context.part("dx", *input, context.graph.inputs.len());
            quote!(#dx.as_deref_mut())
        }
        Outgoing::Own(tensor) => own(*tensor),
        Outgoing::OwnIfAsked(tensor, inputs) => {
            let (wanted, own) = (wanted(context, inputs), own(*tensor));
            quote!(if #wanted { #own } else { None })
        }
    }
}
