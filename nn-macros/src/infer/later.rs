//! What rustc evaluates: shape rules as associated constants of the graph's type, each question on the token that it is about.

use super::report::origin;
use crate::graph::{Facts, Graph, LayerId, Op, Shaped, TensorId};
use nn_core::shape::Shape;
use nn_core::spec::Kind;
use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

/// A model, or a layer of the user's: rustc finds what it gives.
pub(super) fn component_facts(graph: &mut Graph, n: usize, layer: LayerId, inputs: &[Shaped]) -> Facts {
    let Op::Component(component) = &graph.layers[layer].op else { unreachable!("the caller looked") };
    let path = &component.path;
    let span = start(&graph.nodes[n].input_exprs[0]);
    let shapes = inputs.iter().map(expression_of);
    // What is no layer, and models in each other, rustc reports at names.
    let called = quote_spanned!(span=> <<#path as ::nn::Component>::Layer>);
    let outputs = if graph.nodes[n].layer == layer { graph.nodes[n].outputs.len() } else { 1 };
    let found = match outputs {
        1 => quote_spanned!(span=> ::nn::spec::one(#called::output_shape(&[#(#shapes),*]))),
        _ => quote_spanned!(span=> #called::output_shapes(&[#(#shapes),*])),
    };
    let mut value = call(graph, n, layer, inputs, &found, span);
    if outputs > 1 {
        let name = graph.layers[layer].name.to_string();
        value = placed_at(span, &quote!(::nn::spec::outputs_named), &quote!(#name, #outputs, #value));
    }
    deferred(graph, n, layer, value)
}

/// A const expression of type `Inferred`: a rule of the layer (`infer` or `inner`), as rustc evaluates it.
pub(super) fn rule(
    graph: &Graph,
    n: usize,
    layer: LayerId,
    rule: &str,
    inputs: &[Shaped],
    within: Option<&Facts>,
) -> TokenStream {
    let Op::Builtin(builtin) = &graph.layers[layer].op else { return quote!() };
    let (module, rule) = (format_ident!("{}", builtin.spec.module), format_ident!("{rule}"));
    let args = builtin.spec.args.iter().zip(&builtin.args).map(|(spec, arg)| match (spec.kind, within) {
        (Kind::Layer, Some(facts)) => {
            let inferred = inferred_of(facts);
            quote!(::nn::spec::Value::Layer(#inferred))
        }
        _ => arg.value_tokens.clone(),
    });
    let shapes = inputs.iter().map(expression_of);
    let found = quote!(::nn::layers::#module::#rule(&[#(#args),*], &[#(#shapes),*]));
    call(graph, n, layer, inputs, &found, start(&graph.layers[layer].source))
}

/// What was found for a call, with a question on every token that may be to blame.
fn call(graph: &Graph, n: usize, layer: LayerId, inputs: &[Shaped], found: &TokenStream, span: Span) -> TokenStream {
    let (node, name) = (&graph.nodes[n], graph.layers[layer].name.to_string());
    // A layer inside of another one is called on what that one makes of its inputs.
    let own = if node.layer == layer { node.unmasked() } else { &[] };
    let origins = own.iter().zip(&node.input_exprs).map(|(&tensor, expr)| {
        let (written, origin) = (crate::names::source(expr), origin(graph, tensor));
        quote!((#written, #origin))
    });
    let shapes = inputs.iter().take(own.len()).map(expression_of);
    let shapes = quote_spanned!(span=> &[#(#shapes),*]);
    let mut call = quote! {
        ::nn::spec::Call { layer: #name, inputs: &[#(#origins),*], shapes: #shapes, found: #found }
    };
    for (i, expr) in node.input_exprs.iter().enumerate().take(own.len()) {
        call = asked(expr, &quote!(::nn::spec::Call::input), &quote!(#call, #i));
    }
    if let Op::Builtin(builtin) = &graph.layers[layer].op {
        let rules = |kind| matches!(kind, Kind::Size | Kind::Sizes | Kind::Int | Kind::Ints | Kind::Float | Kind::Flag);
        for (i, (spec, arg)) in builtin.spec.args.iter().zip(&builtin.args).enumerate() {
            if let (true, Some(expr)) = (rules(spec.kind), &arg.expr) {
                call = asked(expr, &quote!(::nn::spec::Call::argument), &quote!(#call, #i));
            }
        }
    }
    placed_at(span, &quote!(::nn::spec::Call::inferred), &call)
}

/// A call of a const function that rustc takes to stand where an expression stands.
pub(crate) fn asked(expr: &impl ToTokens, function: &TokenStream, arguments: &TokenStream) -> TokenStream {
    let mut spans = expr.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    placed(function, first, arguments, last)
}

/// A call of a function, from one token of the user's to another. Only its parentheses and braces stand there, which is enough
/// for rustc: of a name, an editor would think that the user's token stood for it.
fn placed(function: &TokenStream, first: Span, arguments: &TokenStream, last: Span) -> TokenStream {
    let within = |delimiter, tokens: TokenStream, span| {
        let mut group = Group::new(delimiter, tokens);
        group.set_span(span);
        group
    };
    // rustc forgets parentheses; it keeps a block.
    let block = within(Delimiter::Brace, function.clone(), first);
    let function = within(Delimiter::Parenthesis, block.to_token_stream(), first);
    let arguments = within(Delimiter::Parenthesis, arguments.clone(), last);
    quote!(#function #arguments)
}

/// A call of a function that rustc takes to stand at a token.
pub(super) fn placed_at(span: Span, function: &TokenStream, arguments: &TokenStream) -> TokenStream {
    placed(function, span, arguments, span)
}

/// Where rustc reports what it finds wrong with a layer.
pub(crate) fn start(source: &syn::Expr) -> Span {
    source.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

/// A const expression of what is known of a call.
pub(crate) fn inferred_of(facts: &Facts) -> TokenStream {
    match facts {
        Facts::Const(path) => path.clone(),
        Facts::Known(inferred) => {
            let outputs = inferred.outputs().iter().map(|shape| expression_of(&Shaped::Known(*shape)));
            let consts = inferred.consts().iter().map(|&n| Literal::usize_unsuffixed(n));
            quote!(::nn::spec::Inferred::many(&[#(#outputs),*], &[#(#consts),*]))
        }
    }
}

/// A const expression of the shape of a tensor.
pub(crate) fn expression(graph: &Graph, tensor: TensorId) -> TokenStream {
    expression_of(&graph.tensors[tensor].shape)
}

pub(super) fn expression_of(shape: &Shaped) -> TokenStream {
    match shape {
        Shaped::Known(shape) => shape_tokens(shape),
        Shaped::Const(tokens) => tokens.clone(),
        Shaped::Unknown => quote!(::nn::Shape::new(&[])),
    }
}

fn shape_tokens(shape: &Shape) -> TokenStream {
    let dims = shape.dims().iter().map(|&dim| Literal::usize_unsuffixed(dim));
    quote!(::nn::Shape::new(&[#(#dims),*]))
}

/// rustc has to evaluate this: `const DENSE: Inferred = ..` on the graph's type. Gives the path to the constant. It stands at
/// the struct's name, since rustc notes where a constant that failed is used, and every other place would say no more.
pub(crate) fn constant(graph: &mut Graph, name: &str, r#type: TokenStream, value: TokenStream) -> TokenStream {
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
    let graph_type = &graph.graph_type;
    let span = graph_type.as_ref().map_or_else(Span::call_site, |graph_type| graph_type.span());
    let name = syn::Ident::new(&name, span);
    let path = quote_spanned!(span=> #graph_type::#name);
    graph.constants.push((name, r#type, value));
    path
}

/// rustc finds what is known of a layer at a call: a constant named after the call.
pub(crate) fn deferred(graph: &mut Graph, n: usize, layer: LayerId, value: TokenStream) -> Facts {
    let node = &graph.nodes[n];
    let name = if node.layer == layer { node.name.to_string() } else { format!("{}_layer", node.name) };
    Facts::Const(constant(graph, &name, quote!(::nn::spec::Inferred), value))
}
