//! The backward pass: one line for each call, in reverse.

use super::Context;
use super::forward::{of_value, over_batch, weights};
use super::memory::memory_field;
use super::types::one_or_tuple;
use crate::graph::{Node, Op, TensorId};
use crate::plan::{Gradient, Place};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The body of `Layer::backward_from`.
pub(crate) fn backward(context: &Context<'_>) -> TokenStream {
    let first = context.part("x", 0, context.graph.inputs.len());
    let clear = context.graph.nodes.iter().flat_map(|node| &node.outputs).filter_map(|&tensor| clear(context, tensor));
    let calls = context.graph.nodes.iter().rev().filter_map(|node| call(context, node));
    let wanted = ask(context);
    quote! {
        let n = #first.len();
        #wanted
        #(#clear)*
        #(#calls)*
    }
}

/// Which gradients of inputs the caller asked for, where a call depends on it.
fn ask(context: &Context<'_>) -> TokenStream {
    let depends = |node: &Node| matches!(context.plan.tensors[node.outputs[0]].gradient, Gradient::IfInputs(_));
    if !context.graph.nodes.iter().any(depends) {
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

/// Gradients start at zero, or at what the caller gives for an output that is also read inside.
fn clear(context: &Context<'_>, tensor: TensorId) -> Option<TokenStream> {
    let plan = &context.plan.tensors[tensor];
    if !plan.own_gradient || plan.gradient == Gradient::Never || plan.becomes.is_some() {
        return None;
    }
    let field = context.gradient_field(tensor);
    Some(match plan.place {
        Place::Output(i) => {
            let dy = context.part("dy", i, context.graph.outputs.len());
            quote!(m.#field[..n].copy_from_slice(#dy);)
        }
        _ => quote!(::nn::tensor::clear(&mut m.#field[..n]);),
    })
}

fn call(context: &Context<'_>, node: &Node) -> Option<TokenStream> {
    let gradient = &context.plan.tensors[node.outputs[0]].gradient;
    if *gradient == Gradient::Never {
        return None;
    }
    if let [input] = node.inputs[..]
        && context.plan.kept(input) == node.outputs[0]
    {
        // Its input has the place of its output, and so has the gradient.
        let (y, field) = (context.read_back(input), context.gradient_field(input));
        let call = of_value(context.layer_value(node), quote!(backward_in_place), quote!(#y, &mut m.#field[..n]));
        return Some(if_wanted(context, gradient, call));
    }
    let layer = &context.graph.layers[node.layer];
    let w = weights(context, node);
    let x = one_or_tuple(node.inputs.iter().map(|&tensor| context.read_back(tensor)).collect());
    let y = one_or_tuple(node.outputs.iter().map(|&tensor| context.read_back(tensor)).collect());
    let dy = one_or_tuple(node.outputs.iter().map(|&tensor| incoming(context, tensor)).collect());
    let memory = if layer.has_cache() {
        let field = memory_field(node);
        quote!(&mut m.#field)
    } else {
        quote!(&mut ())
    };
    let dx = one_or_tuple(node.inputs.iter().map(|&tensor| outgoing(context, tensor, gradient)).collect());
    let name = context.weights_field(node);
    let dw = if layer.learns() { quote!(dw.as_deref_mut().map(|dw| &mut dw.#name)) } else { quote!(None) };
    let heads = component_heads(context, node);
    let mut call = if heads.is_empty() {
        over_batch(context, node, quote!(backward::<B>), quote!(#w, #x, #y, #dy, #memory, #dx, #dw))
    } else {
        // The bits of the model's outputs, in the places of the component's.
        let bits = heads.into_iter().map(|(i, k)| {
            let (i, k) = (Literal::usize_unsuffixed(i), Literal::usize_unsuffixed(k));
            quote!((seeds >> #i & 1) << #k)
        });
        let seeds = quote!(#(#bits)|*);
        over_batch(context, node, quote!(backward_from::<B>), quote!(#seeds, #w, #x, #y, #dy, #memory, #dx, #dw))
    };
    if let Some((output, logits)) = context.plan.head(context.graph, node) {
        // The loss may have given the gradient of the logits already.
        let bit = Literal::u32_unsuffixed(1 << output);
        let dy = context.part("dy", output, context.graph.outputs.len());
        let d_logits = context.gradient_field(logits);
        call = quote! {
            if seeds & #bit == 0 {
                #call
            } else {
                ::nn::tensor::add(&mut m.#d_logits[..n], #dy);
            }
        };
    }
    Some(if_wanted(context, gradient, call))
}

/// A call, under the condition that its gradient has.
fn if_wanted(context: &Context<'_>, gradient: &Gradient, call: TokenStream) -> TokenStream {
    let Gradient::IfInputs(inputs) = gradient else { return call };
    let wanted = wanted(context, inputs);
    quote!(if #wanted { #call })
}

/// The outputs of the model that are outputs of a component and that nothing inside reads, each with its place among
/// those of the component: whether they have logits is the component's to say.
pub(crate) fn component_heads(context: &Context<'_>, node: &Node) -> Vec<(usize, usize)> {
    if !matches!(context.graph.layers[node.layer].op, Op::Component(_)) {
        return Vec::new();
    }
    let outputs = node.outputs.iter().enumerate().filter_map(|(k, &tensor)| {
        let plan = &context.plan.tensors[tensor];
        match plan.place {
            Place::Output(i) if !plan.own_gradient => Some((i, k)),
            _ => None,
        }
    });
    outputs.collect()
}

/// Whether the caller asked for the gradient of one of these inputs.
fn wanted(context: &Context<'_>, inputs: &[usize]) -> TokenStream {
    let wanted = inputs.iter().map(|&input| context.part("wanted", input, context.graph.inputs.len()));
    quote!(#(#wanted)||*)
}

/// The gradient of an output of a call.
fn incoming(context: &Context<'_>, tensor: TensorId) -> TokenStream {
    let plan = &context.plan.tensors[tensor];
    match plan.place {
        Place::Output(i) if !plan.own_gradient => context.part("dy", i, context.graph.outputs.len()),
        _ => {
            let field = context.gradient_field(tensor);
            quote!(&m.#field[..n])
        }
    }
}

/// Where the gradient of an input of a call is added. `around` is the condition under which the call is made.
fn outgoing(context: &Context<'_>, tensor: TensorId, around: &Gradient) -> TokenStream {
    let plan = &context.plan.tensors[tensor];
    if let (Place::Input(i), false) = (plan.place, plan.gradient == Gradient::Never) {
        let dx = context.part("dx", i, context.graph.inputs.len());
        return quote!(#dx.as_deref_mut());
    }
    let field = context.gradient_field(tensor);
    match &plan.gradient {
        Gradient::Never => quote!(None),
        Gradient::IfInputs(inputs) if plan.gradient != *around => {
            let wanted = wanted(context, inputs);
            quote!(if #wanted { Some(&mut m.#field[..n]) } else { None })
        }
        _ => quote!(Some(&mut m.#field[..n])),
    }
}
