//! Documentation for readers: field docs, the summary, and pictures of the graph.

use super::Context;
use super::memory::workspace_size;
use super::weights::sum;
use crate::graph::{LayerId, Node, Op, Producer, Shaped, TensorId};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

/// `Dense(64, activation = relu)`, on `(64,)`.
pub(crate) fn field(context: &Context<'_>, id: LayerId) -> String {
    let mut doc = format!(" `{}`", context.source.text(context.graph.layers[id].source));
    if let Some(node) = context.first_call(id) {
        let from: Vec<String> = node.inputs.iter().map(|&t| format!("`{}`", shape(context, t))).collect();
        doc.push_str(&format!(" on {}.", from.join(", ")));
    }
    doc
}

/// The documentation that a user wrote on a `let`, with an empty line behind it.
pub(crate) fn own(lines: &[String]) -> TokenStream {
    let end = (!lines.is_empty()).then(|| quote!(#[doc = ""]));
    quote!(#(#[doc = #lines])* #end)
}

/// The shape of a tensor, for documentation.
pub(crate) fn shape(context: &Context<'_>, tensor: TensorId) -> String {
    match &context.graph.tensors[tensor].shape {
        Shaped::Known(shape) => shape.to_string(),
        _ => "(..)".to_string(),
    }
}

/// A row of the summary or a box of a picture.
struct Entry {
    name: String,
    kind: String,
    label: String,
    output: TensorId,
    /// The layer; `None` for an input.
    layer: Option<LayerId>,
    /// The layer whose weights this entry counts; shared weights count once.
    weights: Option<LayerId>,
    inputs: Vec<String>,
    /// Whether the box has a dashed line: it is an input.
    dashed: bool,
}

/// Inputs and layers, each once, in order.
fn entries(context: &Context<'_>) -> Vec<Entry> {
    let graph = context.graph;
    let mut entries = Vec::new();
    for &tensor in &graph.inputs {
        let name = graph.tensors[tensor].name.to_string();
        entries.push(Entry {
            label: name.clone(),
            name,
            kind: "InputLayer".to_string(),
            output: tensor,
            layer: None,
            weights: None,
            inputs: Vec::new(),
            dashed: true,
        });
    }
    for node in &graph.nodes {
        let layer = &graph.layers[node.layer];
        if layer.part {
            continue;
        }
        let inputs = node.inputs.iter().map(|&tensor| graph.source_name(tensor));
        // Shared weights are counted once.
        let owner = context.owner(node);
        let counts = layer.has_weights() && !entries.iter().any(|entry| entry.weights == Some(owner));
        let name = layer.name.to_string();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.name == name) {
            entry.inputs.extend(inputs);
            continue;
        }
        entries.push(Entry {
            label: context.source.text(layer.source),
            name,
            kind: layer.kind(),
            output: node.outputs[0],
            layer: Some(node.layer),
            weights: counts.then_some(owner),
            inputs: inputs.collect(),
            dashed: false,
        });
    }
    entries
}

/// The rows of the summary.
pub(crate) fn rows(context: &Context<'_>) -> TokenStream {
    let rows = entries(context).into_iter().map(|entry| {
        let Entry { name, kind, output, layer, weights, inputs, .. } = entry;
        let shape = context.print().shape_of(output);
        let Some(layer) = layer else {
            return quote_spanned!(context.name.span()=> ::nn::summary::Row::input(#name, #shape));
        };
        if let Some(node) = only_call(context, layer, weights) {
            let (layer, x) = (context.layer_type(node), context.samples(&node.inputs, &quote!(f32)));
            return quote_spanned!(context.name.span()=> ::nn::layer::row::<#layer, #x>(#name, #kind, #shape, &[#(#inputs),*]));
        }
        let (macs, memory) = costs(context, layer, output);
        let parameters = match weights {
            Some(layer) => {
                let weights = context.weights_type(layer, &quote!(f32));
                quote!(<#weights as ::nn::Weights<f32>>::COUNT)
            }
            None => quote!(0),
        };
        // At the struct's name, like everything with shapes that rustc may fail to find.
        quote_spanned! {context.name.span()=>
            ::nn::summary::Row {
                name: #name,
                kind: #kind,
                output: #shape,
                parameters: #parameters,
                inputs: &[#(#inputs),*],
                macs: #macs,
                memory: #memory,
            }
        }
    });
    quote_spanned!(context.name.span()=> &[#(#rows),*])
}

/// The only call of a layer whose costs are the costs of its type: its weights are counted here, and it has one output
/// and no workspace.
fn only_call<'a>(context: &Context<'a>, id: LayerId, weights: Option<LayerId>) -> Option<&'a Node> {
    let layer = &context.graph.layers[id];
    let mut calls = context.graph.nodes.iter().filter(|node| node.layer == id);
    let node = calls.next().filter(|node| node.outputs.len() == 1)?;
    let plain = calls.next().is_none() && weights.is_some() == layer.has_weights() && !layer.has_workspace();
    (plain && !matches!(layer.op, Op::Activation { .. })).then_some(node)
}

/// The multiply-accumulates of a layer in all its calls, and its working memory in bytes besides its `first` output.
fn costs(context: &Context<'_>, layer: LayerId, first: TensorId) -> (TokenStream, TokenStream) {
    let (mut macs, mut memory) = (Vec::new(), Vec::new());
    for node in context.graph.nodes.iter().filter(|node| node.layer == layer) {
        for &output in node.outputs.iter().filter(|&&output| output != first) {
            let shape = context.print().shape_of(output);
            memory.push(quote!(4 * #shape.size()));
        }
        // Activations do not count as multiply-accumulates.
        if let Op::Activation { .. } = context.graph.layers[node.layer].op {
            continue;
        }
        let (r#type, x) = (context.layer_type(node), context.samples(&node.inputs, &quote!(f32)));
        let of = quote!(<#r#type as ::nn::Layer<f32, #x>>);
        if context.graph.layers[node.layer].has_scratch() {
            memory.push(quote!(::core::mem::size_of::<#of::Scratch<::nn::Inline<1>>>()));
        }
        if context.graph.layers[node.layer].has_workspace() {
            let size = workspace_size(context, node);
            memory.push(quote!(4 * #size));
        }
        macs.push(quote!(#of::MACS));
    }
    (sum(macs), sum(memory))
}

/// The graph for Graphviz.
pub(crate) fn dot(context: &Context<'_>) -> String {
    let mut dot = format!("digraph {} {{\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n", context.name);
    let entries = entries(context);
    for entry in &entries {
        let label = format!("{}\\n{}", entry.label.replace('"', "'"), shape(context, entry.output));
        let style = if entry.dashed { ", style=dashed" } else { "" };
        dot.push_str(&format!("  \"{}\" [label=\"{label}\"{style}];\n", entry.name));
    }
    for entry in &entries {
        for input in &entry.inputs {
            dot.push_str(&format!("  \"{input}\" -> \"{}\";\n", entry.name));
        }
    }
    for (&tensor, name) in context.graph.outputs.iter().zip(&context.graph.output_names) {
        let from = match context.graph.tensors[tensor].producer {
            Producer::Input | Producer::Node(_) => context.graph.source_name(tensor),
        };
        dot.push_str(&format!(
            "  \"output {name}\" [label=\"{name}\", style=dashed];\n  \"{from}\" -> \"output {name}\";\n"
        ));
    }
    dot.push_str("}\n");
    dot
}

/// The graph as Mermaid, in a code block for the struct's documentation.
pub(crate) fn mermaid(context: &Context<'_>) -> Vec<String> {
    let mut text = String::from("\n```mermaid\nflowchart TD\n");
    let entries = entries(context);
    for entry in &entries {
        let label = format!("{}<br/>{}", entry.label.replace('"', "'"), shape(context, entry.output));
        let (open, close) = if entry.dashed { ("([", "])") } else { ("[", "]") };
        text.push_str(&format!("    {}{open}\"{label}\"{close}\n", entry.name));
    }
    for entry in &entries {
        for input in &entry.inputs {
            text.push_str(&format!("    {input} --> {}\n", entry.name));
        }
    }
    for (&tensor, name) in context.graph.outputs.iter().zip(&context.graph.output_names) {
        text.push_str(&format!("    {} --> out_{name}([\"{name}\"])\n", context.graph.source_name(tensor)));
    }
    text.push_str("```");
    // One line of documentation for each line, indented like `///` comments.
    text.lines().map(|line| format!(" {line}")).collect()
}
