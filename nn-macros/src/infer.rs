//! Shapes, in the order of computation: by the layers' own shape rules where all dimensions are literals, and as named
//! constants that rustc evaluates with the same rules where they are not.

use crate::diagnostics::Diagnostics;
use crate::graph::{Builtin, Facts, Graph, LayerId, Node, Op, Producer, Shaped, TensorId};
use crate::values::is_too_large;
use nn_core::Code;
use nn_core::shape::{Blame, Shape};
use nn_core::spec::{Inferred, Kind, Value};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

/// Finds the shapes of all tensors and the constants of all layers.
pub(crate) fn infer(graph: &mut Graph, diagnostics: &mut Diagnostics) {
    for tensor in graph.declared.clone() {
        if let Shaped::Const(value) = graph.tensors[tensor].shape.clone() {
            let name = graph.tensors[tensor].name.to_string();
            let message = format!("the input `{name}` has a dimension of 0{}", Code::NotPositive.note());
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
    let inputs: Vec<Shaped> = graph.nodes[n].unmasked().iter().map(|&t| graph.tensors[t].shape.clone()).collect();
    if let Op::Activation { .. } = graph.layers[layer].op {
        let output = graph.nodes[n].outputs[0];
        graph.tensors[output].shape = inputs[0].clone();
        return;
    }
    let Some(facts) = layer_facts(graph, n, layer, &inputs, diagnostics) else { return };
    if let Facts::Known(inferred) = &facts
        && !counted(graph, n, inferred, diagnostics)
    {
        return;
    }
    for (k, &output) in graph.nodes[n].outputs.iter().enumerate() {
        graph.tensors[output].shape = output_of(&facts, k);
    }
    graph.nodes[n].facts = Some(facts);
}

/// Whether a call has a name for each of its outputs.
fn counted(graph: &Graph, n: usize, inferred: &Inferred, diagnostics: &mut Diagnostics) -> bool {
    let (node, found) = (&graph.nodes[n], inferred.outputs().len());
    let layer = &graph.layers[node.layer];
    let named = node.outputs.len();
    if named > found {
        let extra = graph.tensors[node.outputs[found]].span;
        let tensors = if found == 1 { "tensor" } else { "tensors" };
        let message = format!("the layer gives {found} {tensors}, but has {named} names here");
        diagnostics.error_at(Code::OutputCount, extra, message);
    } else if named < found {
        let names = ["a", "b", "c", "d", "e"].iter().take(found).copied().collect::<Vec<_>>().join(", ");
        diagnostics
            .error(Code::OutputCount, &layer.source, format!("`{}` gives {found} tensors here", layer.kind()))
            .help(format!("name all of them: `let ({names}) = ..;`"));
    }
    named == found
}

/// Output `k` of a call.
fn output_of(facts: &Facts, k: usize) -> Shaped {
    match facts {
        Facts::Known(inferred) => Shaped::Known(inferred.output(k)),
        Facts::Const(path) => Shaped::Const(quote!(#path.output(#k))),
    }
}

/// What is known of a layer, or of a layer inside of one, on inputs of these shapes; `None` after an error. What lies deeper
/// inside is kept in the node.
fn layer_facts(
    graph: &mut Graph,
    n: usize,
    layer: LayerId,
    inputs: &[Shaped],
    diagnostics: &mut Diagnostics,
) -> Option<Facts> {
    let inner = match &graph.layers[layer].op {
        Op::Activation { .. } => return Some(Facts::Known(Box::new(Inferred::new(known(&inputs[0])?, &[])))),
        Op::Component(_) => return Some(component_facts(graph, n, layer, inputs)),
        Op::Builtin(builtin) => builtin.inner,
    };
    let mut within = None;
    if let Some(inner) = inner {
        let shapes = inner_inputs(graph, n, layer, inputs, diagnostics)?;
        let facts = layer_facts(graph, n, inner.layer, &shapes, diagnostics)?;
        graph.nodes[n].inner_facts.insert(0, facts.clone());
        within = Some(facts);
    }
    let Op::Builtin(builtin) = &graph.layers[layer].op else { return None };
    let shapes: Option<Vec<Shape>> = inputs.iter().map(known).collect();
    let values: Option<Vec<Value>> = values(builtin, within.as_ref());
    // Once a call of the layer was left to rustc, so are the others: their weights have to agree.
    let left = matches!(builtin.inferred, Some(Facts::Const(_)));
    if let (Some(shapes), Some(values), false) = (shapes, values, left) {
        return match (builtin.spec.infer)(&values, &shapes) {
            Ok(inferred) => {
                if builtin.args.iter().any(|arg| arg.unchecked) {
                    let check = rule(graph, layer, "infer", inputs, within.as_ref());
                    graph.checks.push(check);
                }
                literal(graph, n, layer, inferred, diagnostics)
            }
            Err(error) => {
                report(graph, n, layer, error, diagnostics);
                None
            }
        };
    }
    let name = &graph.layers[layer].name;
    let mut value = rule(graph, layer, "infer", inputs, within.as_ref());
    let (mut checks, span) = (Vec::new(), start(&graph.nodes[n].input_exprs[0]));
    if let (Some(first), Some(count)) = (&builtin.inferred, builtin.spec.weight_consts) {
        let first = (0..count).map(|i| match first {
            Facts::Known(first) => Literal::usize_unsuffixed(first.constant(i)).to_token_stream(),
            Facts::Const(path) => quote!(#path.constant(#i)),
        });
        let equal = first.enumerate().map(|(i, first)| quote!(found.constant(#i) == #first));
        let message = format!(
            "`{name}` shares its weights between calls, but is called on other features here{}",
            Code::SharedWeights.note()
        );
        checks.push(quote_spanned!(span=> ::core::assert!(#(#equal)&&*, #message);));
    }
    if graph.nodes[n].layer == layer && (graph.nodes[n].outputs.len() > 1 || has_states(builtin)) {
        let named = graph.nodes[n].outputs.len();
        let message = format!(
            "`{name}` gives another number of tensors than has names here, which is {named}{}",
            Code::OutputCount.note()
        );
        checks.push(quote_spanned!(span=> ::core::assert!(found.outputs().len() == #named, #message);));
    }
    if !checks.is_empty() {
        value = quote_spanned! {span=> {
            let found = #value;
            #(#checks)*
            found
        }};
    }
    let facts = deferred(graph, n, layer, value);
    if let Op::Builtin(builtin) = &mut graph.layers[layer].op {
        builtin.inferred.get_or_insert_with(|| facts.clone());
    }
    Some(facts)
}

/// Whether the number of its outputs depends on arguments.
fn has_states(builtin: &Builtin) -> bool {
    builtin.spec.args.iter().any(|arg| arg.name == "return_state") || builtin.inner.is_some()
}

/// The arguments of a shape rule, if all of them are known.
fn values(builtin: &Builtin, within: Option<&Facts>) -> Option<Vec<Value>> {
    let values = builtin.spec.args.iter().zip(&builtin.args).map(|(spec, arg)| match (spec.kind, within) {
        (Kind::Layer, Some(Facts::Known(inferred))) => Some(Value::Layer(**inferred)),
        (Kind::Layer, Some(Facts::Const(_))) => None,
        _ => arg.value,
    });
    values.collect()
}

/// The shapes that the layer inside of another one is called on: the first input, and its share of the others.
fn inner_inputs(
    graph: &mut Graph,
    n: usize,
    layer: LayerId,
    inputs: &[Shaped],
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Shaped>> {
    let Op::Builtin(builtin) = &graph.layers[layer].op else { return None };
    let find = builtin.spec.inner?;
    let shapes: Option<Vec<Shape>> = inputs.iter().map(known).collect();
    if let (Some(shapes), Some(values)) = (shapes, values(builtin, None)) {
        return match find(&values, &shapes) {
            Ok(inferred) => Some(inferred.outputs().iter().copied().map(Shaped::Known).collect()),
            Err(error) => {
                report(graph, n, layer, error, diagnostics);
                None
            }
        };
    }
    let value = rule(graph, layer, "inner", inputs, None);
    let name = format!("{}_inside", graph.nodes[n].name);
    let path = constant(graph, &name, quote!(::nn::spec::Inferred), value);
    let count = 1 + (inputs.len() - 1) / 2;
    Some((0..count).map(|k| Shaped::Const(quote!(#path.output(#k)))).collect())
}

/// A model, or a layer of the user's: rustc finds what it gives.
fn component_facts(graph: &mut Graph, n: usize, layer: LayerId, inputs: &[Shaped]) -> Facts {
    let Op::Component(component) = &graph.layers[layer].op else { unreachable!("the caller looked") };
    let path = &component.path;
    let shapes = inputs.iter().map(expression_of);
    let name = graph.layers[layer].name.to_string();
    let span = start(&graph.nodes[n].input_exprs[0]);
    let called = quote!(<<#path as ::nn::Component>::Layer>);
    let outputs = if graph.nodes[n].layer == layer { graph.nodes[n].outputs.len() } else { 1 };
    let value = match outputs {
        1 => quote_spanned!(span=> ::nn::spec::expect_one(#name, #called::output_shape(&[#(#shapes),*]))),
        count => {
            let message = format!(
                "{count} names are bound to the outputs of `{name}`, which has not as many{}",
                Code::OutputCount.note()
            );
            quote_spanned! {span=> {
                let found = ::nn::spec::expect(#name, #called::output_shapes(&[#(#shapes),*]));
                ::core::assert!(found.outputs().len() == #count, #message);
                found
            }}
        }
    };
    deferred(graph, n, layer, value)
}

/// Where rustc reports what it finds wrong with a layer.
fn start(source: &syn::Expr) -> Span {
    source.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

/// A const expression of type `Inferred`: a rule of the layer (`infer` or `inner`), as rustc evaluates it.
fn rule(graph: &Graph, layer: LayerId, rule: &str, inputs: &[Shaped], within: Option<&Facts>) -> TokenStream {
    let layer = &graph.layers[layer];
    let Op::Builtin(builtin) = &layer.op else { return quote!() };
    let (module, rule) = (format_ident!("{}", builtin.spec.module), format_ident!("{rule}"));
    let args = builtin.spec.args.iter().zip(&builtin.args).map(|(spec, arg)| match (spec.kind, within) {
        (Kind::Layer, Some(facts)) => {
            let inferred = inferred_of(facts);
            quote!(::nn::spec::Value::Layer(#inferred))
        }
        _ => arg.value_tokens.clone(),
    });
    let shapes = inputs.iter().map(expression_of);
    let name = layer.name.to_string();
    let result = quote!(::nn::layers::#module::#rule(&[#(#args),*], &[#(#shapes),*]));
    quote_spanned!(start(&layer.source)=> ::nn::spec::expect(#name, #result))
}

/// A const expression of what is known of a call.
fn inferred_of(facts: &Facts) -> TokenStream {
    match facts {
        Facts::Const(path) => path.clone(),
        Facts::Known(inferred) => {
            let outputs = inferred.outputs().iter().map(|shape| expression_of(&Shaped::Known(*shape)));
            let consts = inferred.consts().iter().map(|&n| Literal::usize_unsuffixed(n));
            quote!(::nn::spec::Inferred::many(&[#(#outputs),*], &[#(#consts),*]))
        }
    }
}

fn known(shape: &Shaped) -> Option<Shape> {
    match shape {
        Shaped::Known(shape) => Some(*shape),
        _ => None,
    }
}

/// A const expression of the shape of a tensor.
pub(crate) fn expression(graph: &Graph, tensor: TensorId) -> TokenStream {
    expression_of(&graph.tensors[tensor].shape)
}

fn expression_of(shape: &Shaped) -> TokenStream {
    match shape {
        Shaped::Known(shape) => {
            let dims = shape.dims().iter().map(|&dim| Literal::usize_unsuffixed(dim));
            quote!(::nn::Shape::new(&[#(#dims),*]))
        }
        Shaped::Const(tokens) => tokens.clone(),
        Shaped::Unknown => quote!(::nn::Shape::new(&[])),
    }
}

/// All is known: check the weights against an earlier call of the same layer.
fn literal(
    graph: &mut Graph,
    n: usize,
    layer: LayerId,
    inferred: Inferred,
    diagnostics: &mut Diagnostics,
) -> Option<Facts> {
    let node = &graph.nodes[n];
    if let Some(shape) = inferred.outputs().iter().find(|shape| is_too_large(shape)) {
        let layer = &graph.layers[layer];
        diagnostics.error(
            Code::TooLarge,
            &layer.source,
            format!("`{}`: the output has too many scalars: {shape}", layer.kind()),
        );
        return None;
    }
    let Op::Builtin(builtin) = &graph.layers[layer].op else { return None };
    if let (Some(Facts::Known(first)), Some(count)) = (&builtin.inferred, builtin.spec.weight_consts)
        && first.consts()[..count] != inferred.consts()[..count]
    {
        let of = |node: &Node| known(&graph.tensors[node.inputs[0]].shape);
        let first = graph.nodes.iter().find(|node| graph.facts(node, layer).is_some()).and_then(of);
        if let (Some(before), Some(now)) = (first, of(node)) {
            let name = &graph.layers[layer].name;
            let message =
                format!("`{name}` shares its weights between calls, but is called on the shapes {before} and {now}");
            diagnostics
                .error(Code::SharedWeights, &node.input_exprs[0], message)
                .help("its inputs may differ in positions, not in features; make a second layer for other features");
        }
        return None;
    }
    let facts = Facts::Known(Box::new(inferred));
    if let Op::Builtin(builtin) = &mut graph.layers[layer].op {
        builtin.inferred.get_or_insert_with(|| facts.clone());
    }
    Some(facts)
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

/// rustc finds what is known of a layer at a call: a constant named after the call.
fn deferred(graph: &mut Graph, n: usize, layer: LayerId, value: TokenStream) -> Facts {
    let node = &graph.nodes[n];
    let name = if node.layer == layer { node.name.to_string() } else { format!("{}_layer", node.name) };
    Facts::Const(constant(graph, &name, quote!(::nn::spec::Inferred), value))
}

/// The call that a part of a layer was written with.
fn whole<'a>(graph: &'a Graph, node: &'a Node) -> &'a Node {
    match graph.tensors[node.inputs[0]].producer {
        Producer::Node(before) if graph.layers[node.layer].part => whole(graph, &graph.nodes[before]),
        _ => node,
    }
}

fn report(graph: &Graph, n: usize, layer: LayerId, error: nn_core::ShapeError, diagnostics: &mut Diagnostics) {
    let node = &graph.nodes[n];
    let layer = &graph.layers[layer];
    let message = format!("`{}`: {error}", layer.kind());
    let argument = |slot: usize| match &layer.op {
        Op::Builtin(builtin) => builtin.args[slot].expr.as_ref(),
        _ => None,
    };
    let diagnostic = match error.blame {
        Blame::Input(input) => diagnostics.error(error.code, &node.input_exprs[input], message),
        Blame::Argument(slot) => match argument(slot) {
            Some(expr) => diagnostics.error(error.code, expr, message),
            None => diagnostics.error(error.code, &layer.source, message),
        },
        Blame::Call => diagnostics.error(error.code, &layer.source, message),
    };
    // A number such as a rate is wrong whatever the shapes are.
    if let (Blame::Argument(slot), Op::Builtin(builtin)) = (error.blame, &layer.op)
        && builtin.spec.args[slot].kind == Kind::Float
    {
        return;
    }
    for (&input, expr) in node.unmasked().iter().zip(&node.input_exprs) {
        if let Some(shape) = known(&graph.tensors[input].shape) {
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
