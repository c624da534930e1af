//! The forward pass: one line for each call.

use super::Context;
use super::memory::{memory_field, place};
use super::types::one_or_tuple;
use crate::graph::{Node, Op, TensorId};
use crate::plan::memory::Work;
use nn_core::spec::{Dtype, Masking};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::collections::BTreeMap;
use syn::Ident;

/// The body of `Layer::forward`, for `n` samples.
pub(crate) fn forward(context: &Context<'_>) -> TokenStream {
    let nn = &context.paths.nn;
    let (inference, training) = (inference(context), training(context));
    quote! {
        match pass {
            #nn Pass::Inference(m) => {
                #inference
            }
            #nn Pass::Training(m, mut mode) => {
                #training
            }
        }
    }
}

/// The forward pass of a training step: the memory is `m`, for `n` samples.
pub(crate) fn training(context: &Context<'_>) -> TokenStream {
    let nn = &context.paths.nn;
    let calls = context.graph.nodes.iter().enumerate().map(|(n, node)| {
        if let [input] = node.inputs[..]
            && context.plan.kept(input) == node.outputs[0]
        {
            return quote!();
        }
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
        let in_place = context.plan.tensors[node.outputs[0]].becomes.is_some();
        let activation = context.plan.activation(n).filter(|_| in_place);
        let pass = quote!(#nn Pass::Training(#memory, #mode));
        if context.plan.for_training {
            sharing(context, node, activation, pass)
        } else {
            keeping(context, node, activation, pass)
        }
    });
    quote!(#(#calls)*)
}

/// A prediction: the memory is `m`, for `n` samples.
pub(crate) fn inference(context: &Context<'_>) -> TokenStream {
    predictions(context).map(|(_, call)| call).collect()
}

/// The calls of a prediction that do anything, each with its name.
pub(crate) fn predictions<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (String, TokenStream)> + 'a {
    let nn = &context.paths.nn;
    context.graph.nodes.iter().enumerate().filter_map(move |(n, node)| {
        let name = node.name.to_string().trim_start_matches("r#").to_string();
        match context.plan.memory.work(n) {
            Work::View => return None,
            Work::InPlace if context.plan.is_done(n) => return None,
            Work::InPlace => return Some((name, in_place(context, node))),
            Work::Call => {}
        }
        let memory = if context.graph.layers[node.layer].has_scratch() {
            let field = memory_field(node);
            quote!(&mut m.#field)
        } else {
            quote!(&mut ())
        };
        Some((name, sharing(context, node, context.plan.activation(n), quote!(#nn Pass::Inference(#memory)))))
    })
}

/// A call in a pass that keeps all tensors.
fn keeping(context: &Context<'_>, node: &Node, activation: Option<usize>, pass: TokenStream) -> TokenStream {
    let w = weights(context, node);
    let x = one_or_tuple(node.inputs.iter().map(|&tensor| context.read(tensor)).collect());
    let y = one_or_tuple(node.outputs.iter().map(|&tensor| context.write(tensor)).collect());
    forward_call(context, node, activation, quote!(#w, #x, #y), pass)
}

/// A call, or one that computes the activation of its output as well.
fn forward_call(
    context: &Context<'_>,
    node: &Node,
    activation: Option<usize>,
    tensors: TokenStream,
    pass: TokenStream,
) -> TokenStream {
    match activation.map(|n| context.layer_value(&context.graph.nodes[n])) {
        Some(activation) => {
            let activated = if context.graph.reads_parts(node) {
                let types = context.samples(&node.inputs, &quote!(T));
                quote!(activated::<T, #types, _>)
            } else {
                quote!(activated)
            };
            of_value(context.layer_value(node), activated, quote!(#tensors, &#activation))
        }
        None => over_batch(context, node, quote!(forward::<B>), quote!(#tensors, #pass)),
    }
}

/// A call in a pass whose activations share memory: first what it reads and writes is taken out of that.
fn sharing(context: &Context<'_>, node: &Node, activation: Option<usize>, pass: TokenStream) -> TokenStream {
    let (w, arena) = (weights(context, node), &context.paths.arena);
    let mut takes: BTreeMap<Ident, (Vec<Ident>, Vec<TokenStream>)> = BTreeMap::new();
    let mut taken: BTreeMap<String, Ident> = BTreeMap::new();
    let mut take = |prefix: &str, tensor: TensorId| {
        let (field, range) = place(context, tensor)?;
        // What is read twice, or as two tensors in one place, is taken once.
        let name = taken.entry(format!("{field} {range}")).or_insert_with(|| {
            let name = format_ident!("{prefix}_{}", context.field(tensor));
            let (names, ranges) = takes.entry(field).or_default();
            names.push(name.clone());
            ranges.push(range);
            name
        });
        Some(name.clone())
    };
    let inferred = activation.is_some() || !names_inputs(context, node);
    let x = node.inputs.iter().map(|&tensor| match take("x", tensor) {
        Some(name) if inferred => {
            let sample = context.sample(tensor, &quote!(T));
            quote!(#arena samples::<#sample>(#name))
        }
        Some(name) => quote!(#arena samples(#name)),
        None => read(context, tensor),
    });
    let x = one_or_tuple(x.collect());
    let y = node.outputs.iter().map(|&tensor| match take("y", tensor) {
        Some(name) => quote!(#arena samples_mut(#name)),
        None => context.write(tensor),
    });
    let y = one_or_tuple(y.collect());
    let call = forward_call(context, node, activation, quote!(#w, #x, #y), pass);
    let takes = takes.into_iter().map(|(field, (names, ranges))| match names.len() {
        1 => quote!(#(let #names = #arena part_mut(&mut m.#field, n, #ranges);)*),
        _ => quote!(let [#(#names),*] = #arena parts(&mut m.#field, n, [#(#ranges),*]);),
    });
    quote!(#(#takes)* #call)
}

/// Reads a tensor that is not in the memory of a prediction.
pub(crate) fn read(context: &Context<'_>, tensor: TensorId) -> TokenStream {
    match context.plan.memory.input(&context.plan.tensors, tensor) {
        Some(input) => {
            let (sample, input, arena) =
                (context.sample(tensor, &quote!(T)), context.read(input), &context.paths.arena);
            quote!(#arena samples::<#sample>(::nn::tensor::flat(#input)))
        }
        None => context.read(tensor),
    }
}

/// An activation in a prediction, in the place of its input.
fn in_place(context: &Context<'_>, node: &Node) -> TokenStream {
    let (tensor, arena) = (node.outputs[0], &context.paths.arena);
    let (field, range) = place(context, tensor).expect("what is computed in place has a place");
    let (layer, sample) = (context.layer_value(node), context.sample(tensor, &quote!(T)));
    quote!(#layer.in_place(#arena samples_mut::<#sample>(#arena part_mut(&mut m.#field, n, #range)));)
}

/// A call that passes over batches: `Dense::<64, 10, 1>::DEFAULT.forward::<B>(..)`. Where the inputs' types do not
/// follow from the layer's (a merge of any tensors, a layer of the user's) they are named.
pub(crate) fn over_batch(context: &Context<'_>, node: &Node, name: TokenStream, arguments: TokenStream) -> TokenStream {
    if names_inputs(context, node) {
        method(context, node, name, arguments)
    } else {
        of_value(context.layer_value(node), name, arguments)
    }
}

/// A call of a method of the value of a layer.
pub(crate) fn of_value(layer: TokenStream, name: TokenStream, arguments: TokenStream) -> TokenStream {
    if layer.to_string().ends_with('}') {
        quote!((#layer).#name(#arguments);)
    } else {
        quote!(#layer.#name(#arguments);)
    }
}

/// Whether a call has to name the types of its inputs.
fn names_inputs(context: &Context<'_>, node: &Node) -> bool {
    let any_inputs = match &context.graph.layers[node.layer].op {
        Op::Builtin(builtin) => {
            let spec = builtin.spec;
            let reads_masks = matches!(spec.masking, Masking::Reads { .. });
            spec.inputs.max > 1 || reads_masks || spec.inner.is_some() || spec.writes != Dtype::Float
        }
        Op::Activation { .. } => false,
        Op::Component(_) => true,
    };
    any_inputs || context.graph.reads_parts(node) || !context.paths.imported
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
