//! The pages that a reader of the documentation finds: the examples of the layers, and the lists of `model!`.

use crate::diagnostics::Diagnostics;
use crate::graph::Shaped;
use nn_core::layers::LAYERS;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Stmt};

/// The names that a `let` binds, and those of the tensors that its call is given.
fn names(statement: &str) -> (Vec<String>, Vec<String>) {
    let Ok(Stmt::Local(local)) = syn::parse_str(statement) else { panic!("`{statement}` is no `let`") };
    let Expr::Call(call) = *local.init.expect("a value").expr else { panic!("`{statement}` is no call") };
    let tensors = match call.args.first() {
        Some(Expr::Array(list)) => list.elems.to_token_stream(),
        other => other.to_token_stream(),
    };
    (idents(local.pat.to_token_stream()), idents(tensors))
}

/// The identifiers among tokens.
fn idents(tokens: TokenStream) -> Vec<String> {
    let each = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => idents(group.stream()),
        TokenTree::Ident(name) => vec![name.to_string()],
        _ => Vec::new(),
    });
    each.collect()
}

/// The shapes of a comment, `[3, 4], [5] of u32`, and whether they are those of indices.
fn shapes(list: &str) -> Vec<(&str, bool)> {
    let starts = list.match_indices('[').map(|(start, _)| &list[start..]);
    let each = starts.map(|rest| rest.split_once(']').expect("the end of a shape"));
    each.map(|(dims, rest)| (dims.trim_start_matches('['), rest.starts_with(" of u32"))).collect()
}

/// The shapes of the outputs of an example, where they are known here.
fn outputs(statement: &str, inputs: &[(&str, bool)]) -> Vec<String> {
    let (made, called) = names(statement);
    assert_eq!(called.len(), inputs.len(), "the comment of `{statement}` has a shape for each input");
    let mut graph = "pub struct Net;".to_string();
    for (name, (dims, indices)) in called.iter().zip(inputs) {
        graph += &format!("let {name} = Input(shape = [{dims}]{});", if *indices { ", dtype = u32" } else { "" });
    }
    graph += &format!("{statement} Model(inputs = [{}], outputs = [{}])", called.join(", "), made.join(", "));
    let mut diagnostics = Diagnostics::new();
    let mut syntax = crate::front::parse::parse(graph.parse().expect("tokens"), &mut diagnostics).expect("a graph");
    let (graph, ..) = crate::read(&mut syntax, &mut diagnostics);
    assert!(!diagnostics.any(), "`{statement}`: {:?}", diagnostics.into_messages());
    let known = graph.outputs.iter().filter_map(|&output| match &graph.tensors[output].shape {
        Shaped::Known(shape) => Some(format!("{:?}", shape.dims()).trim_matches(['[', ']']).to_string()),
        _ => None,
    });
    known.collect()
}

/// The page of a layer shows its examples, so each is a graph, and its comment has the right shapes.
#[test]
fn the_examples_of_all_layers() {
    for spec in LAYERS {
        assert!(!spec.examples.is_empty(), "{} has no example", spec.name);
        for example in spec.examples {
            let (statement, comment) = example.split_once(" // ").expect("shapes in a comment");
            let (inputs, found) = comment.split_once(" → ").expect("the shapes of inputs and outputs");
            let called = [Some(spec.name), spec.function].into_iter().flatten();
            assert!(called.into_iter().any(|name| statement.contains(&format!("= {name}("))), "{example}");
            let expected: Vec<&str> = shapes(found).into_iter().map(|(dims, _)| dims).collect();
            assert_eq!(outputs(statement, &shapes(inputs)), expected, "{example}");
        }
    }
}
