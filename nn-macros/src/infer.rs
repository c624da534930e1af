//! Shapes, in the order of computation: by the layers' own shape rules where all dimensions are literals, and as named
//! constants that rustc evaluates with the same rules where they are not.

use crate::diagnostics::Diagnostics;
use crate::graph::{Builtin, Facts, Graph, Node, Op, Producer, Shaped, TensorId};
use crate::values::is_too_large;
use nn_core::shape::{Blame, Shape};
use nn_core::spec::{Inferred, Kind, Value};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

/// Finds the shapes of all tensors and the constants of all layers.
pub(crate) fn infer(graph: &mut Graph, diagnostics: &mut Diagnostics) {
    for tensor in graph.declared.clone() {
        if let Shaped::Const(value) = graph.tensors[tensor].shape.clone() {
            let name = graph.tensors[tensor].name.to_string();
            let message = format!("the input `{name}` has a dimension of 0");
            let value = quote_spanned! {graph.tensors[tensor].span=> {
                let shape = #value;
                ::core::assert!(shape.size() > 0, #message);
                shape
            }};
            let constant = constant(graph, &name, quote!(::nn::Shape), value);
            graph.tensors[tensor].shape = Shaped::Const(constant);
        }
    }
    for n in 0..graph.nodes.len() {
        if graph.nodes[n].inputs.iter().any(|&t| matches!(graph.tensors[t].shape, Shaped::Unknown)) {
            continue;
        }
        node(graph, n, diagnostics);
    }
}

fn node(graph: &mut Graph, n: usize, diagnostics: &mut Diagnostics) {
    let layer = graph.nodes[n].layer;
    let inputs = graph.nodes[n].inputs.clone();
    match &graph.layers[layer].op {
        Op::Activation { .. } => {
            let shape = graph.tensors[inputs[0]].shape.clone();
            let output = graph.nodes[n].outputs[0];
            graph.tensors[output].shape = shape;
        }
        Op::Builtin(builtin) => {
            let known: Option<Vec<Shape>> = inputs.iter().map(|&t| known(graph, t)).collect();
            let values: Option<Vec<Value>> = builtin.args.iter().map(|arg| arg.value).collect();
            // Once a call of the layer was left to rustc, so are the others: their weights have to agree.
            let left = matches!(builtin.inferred, Some(Facts::Const(_)));
            if let (Some(shapes), Some(values), false) = (known, values, left) {
                match (builtin.spec.infer)(&values, &shapes) {
                    Ok(inferred) => {
                        if builtin.args.iter().any(|arg| arg.unchecked) {
                            let check = rule(graph, n, builtin);
                            graph.checks.push(check);
                        }
                        literal(graph, n, inferred, diagnostics)
                    }
                    Err(error) => report(graph, n, error, diagnostics),
                }
            } else {
                let name = &graph.layers[layer].name;
                let mut value = rule(graph, n, builtin);
                if let (Some(first), Some(count)) = (&builtin.inferred, builtin.spec.weight_consts) {
                    let span = start(&graph.nodes[n].input_exprs[0]);
                    let first = (0..count).map(|i| match first {
                        Facts::Known(first) => Literal::usize_unsuffixed(first.constant(i)).to_token_stream(),
                        Facts::Const(path) => quote!(#path.constant(#i)),
                    });
                    let equal = first.enumerate().map(|(i, first)| quote!(found.constant(#i) == #first));
                    let message =
                        format!("`{name}` shares its weights between calls, but is called on other features here");
                    value = quote_spanned! {span=> {
                        let found = #value;
                        ::core::assert!(#(#equal)&&*, #message);
                        found
                    }};
                }
                deferred(graph, n, value);
            }
        }
        Op::Component(component) => {
            let path = &component.path;
            let shapes = inputs.iter().map(|&t| expression(graph, t));
            let name = graph.layers[layer].name.to_string();
            let span = start(&graph.nodes[n].input_exprs[0]);
            let layer = quote!(<<#path as ::nn::Component>::Layer>);
            let value = match graph.nodes[n].outputs.len() {
                1 => quote_spanned!(span=> ::nn::spec::expect_one(#name, #layer::output_shape(&[#(#shapes),*]))),
                count => {
                    let message = format!("{count} names are bound to the outputs of `{name}`, which has not as many");
                    quote_spanned! {span=> {
                        let found = ::nn::spec::expect(#name, #layer::output_shapes(&[#(#shapes),*]));
                        ::core::assert!(found.outputs().len() == #count, #message);
                        found
                    }}
                }
            };
            deferred(graph, n, value);
        }
    }
}

/// Where rustc reports what it finds wrong with a layer.
fn start(source: &syn::Expr) -> Span {
    source.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

/// A const expression of type `Inferred`: the layer's shape rule at a call, as rustc evaluates it.
fn rule(graph: &Graph, n: usize, builtin: &Builtin) -> TokenStream {
    let node = &graph.nodes[n];
    let layer = &graph.layers[node.layer];
    let module = format_ident!("{}", builtin.spec.module);
    let args = builtin.args.iter().map(|arg| &arg.value_tokens);
    let shapes = node.inputs.iter().map(|&tensor| expression(graph, tensor));
    let name = layer.name.to_string();
    let result = quote!(::nn::layers::#module::infer(&[#(#args),*], &[#(#shapes),*]));
    quote_spanned!(start(&layer.source)=> ::nn::spec::expect(#name, #result))
}

fn known(graph: &Graph, tensor: TensorId) -> Option<Shape> {
    match graph.tensors[tensor].shape {
        Shaped::Known(shape) => Some(shape),
        _ => None,
    }
}

/// A const expression of the shape of a tensor.
pub(crate) fn expression(graph: &Graph, tensor: TensorId) -> TokenStream {
    match &graph.tensors[tensor].shape {
        Shaped::Known(shape) => {
            let dims = shape.dims().iter().map(|&dim| Literal::usize_unsuffixed(dim));
            quote!(::nn::Shape::new(&[#(#dims),*]))
        }
        Shaped::Const(tokens) => tokens.clone(),
        Shaped::Unknown => quote!(::nn::Shape::new(&[])),
    }
}

/// All is known: check the weights against an earlier call of the same layer.
fn literal(graph: &mut Graph, n: usize, inferred: Inferred, diagnostics: &mut Diagnostics) {
    let node = &graph.nodes[n];
    let layer = node.layer;
    if let Some(shape) = inferred.outputs().iter().find(|shape| is_too_large(shape)) {
        let layer = &graph.layers[layer];
        diagnostics.error(&layer.source, format!("`{}`: the output has too many scalars: {shape}", layer.kind()));
        return;
    }
    if let Op::Builtin(builtin) = &mut graph.layers[layer].op {
        match (&builtin.inferred, builtin.spec.weight_consts) {
            (Some(Facts::Known(first)), Some(count)) if first.consts()[..count] != inferred.consts()[..count] => {
                let first = graph.nodes.iter().find(|node| node.layer == layer).map(|node| node.inputs[0]);
                let (Some(before), Some(now)) = (first.and_then(|t| known(graph, t)), known(graph, node.inputs[0]))
                else {
                    return;
                };
                let name = &graph.layers[layer].name;
                diagnostics
                    .error(
                        &node.input_exprs[0],
                        format!(
                            "`{name}` shares its weights between calls, but is called on the shapes {before} and {now}"
                        ),
                    )
                    .help(
                        "its inputs may differ in positions, not in features; make a second layer for other features",
                    );
                return;
            }
            (None, _) => builtin.inferred = Some(Facts::Known(Box::new(inferred))),
            _ => {}
        }
    }
    for (k, &output) in graph.nodes[n].outputs.iter().enumerate() {
        graph.tensors[output].shape = Shaped::Known(inferred.output(k));
    }
    graph.nodes[n].facts = Some(Facts::Known(Box::new(inferred)));
}

/// rustc has to evaluate this: `const DENSE: Inferred = ..` on the graph's type. Gives the path to the constant.
fn constant(graph: &mut Graph, name: &str, r#type: TokenStream, value: TokenStream) -> TokenStream {
    let base = name.trim_start_matches("r#").to_uppercase();
    // `x` and `X` may both be names, and so may `input_shapes`.
    let taken = |name: &str| {
        ["INPUT_SHAPES", "OUTPUT_SHAPES"].contains(&name) || graph.constants.iter().any(|(other, ..)| other == name)
    };
    let mut name = base.clone();
    let mut count = 0;
    while taken(&name) {
        count += 1;
        name = format!("{base}_{count}");
    }
    let name = syn::Ident::new(&name, Span::call_site());
    let graph_type = &graph.graph_type;
    let path = quote!(#graph_type::#name);
    graph.constants.push((name, r#type, value));
    path
}

/// The result of a node is found by rustc.
fn deferred(graph: &mut Graph, n: usize, value: TokenStream) {
    let name = graph.nodes[n].name.to_string();
    let path = constant(graph, &name, quote!(::nn::spec::Inferred), value);
    for (k, &output) in graph.nodes[n].outputs.iter().enumerate() {
        graph.tensors[output].shape = Shaped::Const(quote!(#path.output(#k)));
    }
    let facts = Facts::Const(path);
    if let Op::Builtin(builtin) = &mut graph.layers[graph.nodes[n].layer].op {
        builtin.inferred.get_or_insert_with(|| facts.clone());
    }
    graph.nodes[n].facts = Some(facts);
}

/// The call that a part of a layer was written with.
fn whole<'a>(graph: &'a Graph, node: &'a Node) -> &'a Node {
    match graph.tensors[node.inputs[0]].producer {
        Producer::Node(before) if graph.layers[node.layer].part => whole(graph, &graph.nodes[before]),
        _ => node,
    }
}

fn report(graph: &Graph, n: usize, error: nn_core::ShapeError, diagnostics: &mut Diagnostics) {
    let node = &graph.nodes[n];
    let layer = &graph.layers[node.layer];
    let message = format!("`{}`: {error}", layer.kind());
    let argument = |slot: usize| match &layer.op {
        Op::Builtin(builtin) => builtin.args[slot].expr.as_ref(),
        _ => None,
    };
    let diagnostic = match error.blame {
        Blame::Input(input) => diagnostics.error(&node.input_exprs[input], message),
        Blame::Argument(slot) => match argument(slot) {
            Some(expr) => diagnostics.error(expr, message),
            None => diagnostics.error(&layer.source, message),
        },
        Blame::Call => diagnostics.error(&layer.source, message),
    };
    // A number such as a rate is wrong whatever the shapes are.
    if let (Blame::Argument(slot), Op::Builtin(builtin)) = (error.blame, &layer.op)
        && builtin.spec.args[slot].kind == Kind::Float
    {
        return;
    }
    for (&input, expr) in node.inputs.iter().zip(&node.input_exprs) {
        if let Some(shape) = known(graph, input) {
            let tensor = &graph.tensors[input];
            let origin = match tensor.producer {
                Producer::Input => "an input".to_string(),
                Producer::Node(node) => {
                    let node = &graph.nodes[node];
                    format!("the output of `{}`", crate::names::source(&graph.layers[whole(graph, node).layer].source))
                }
            };
            diagnostic.note(format!("`{}` has the shape {shape}: {origin}", crate::names::source(expr)));
        }
    }
}
