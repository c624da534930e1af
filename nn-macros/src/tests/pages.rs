//! The pages that a reader of the documentation finds: the examples of the layers, and the lists of `model!`.

use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, Shaped};
use nn_core::activations::ACTIVATIONS;
use nn_core::layers::LAYERS;
use nn_core::spec::ValueSpec;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::fs;
use syn::{Expr, Stmt};

/// The names that a `let` binds, and those of the tensors that its call is given.
fn names(statement: &str) -> (Vec<String>, Vec<String>) {
    let Ok(Stmt::Local(local)) = syn::parse_str(statement) else { panic!("`{statement}` is no `let`") };
    let Expr::Call(call) = *local.init.expect("a value").expr else { panic!("`{statement}` is no call") };
    let tensors = call.args.iter().flat_map(|argument| match argument {
        Expr::Assign(setting) if matches!(&*setting.right, Expr::Array(_)) => idents(setting.right.to_token_stream()),
        Expr::Assign(_) => Vec::new(),
        tensors => idents(tensors.to_token_stream()),
    });
    (idents(local.pat.to_token_stream()), tensors.collect())
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

/// The graph of a text, which has no errors.
fn read(text: &str) -> Graph {
    let mut diagnostics = Diagnostics::new();
    let mut syntax = crate::front::parse::parse(text.parse().expect("tokens"), &mut diagnostics).expect("a graph");
    let (graph, ..) = crate::read(&mut syntax, &mut diagnostics);
    assert!(!diagnostics.any(), "`{text}`: {:?}", diagnostics.into_messages());
    graph
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
    let graph = read(&graph);
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

/// The links of a page to the items of a module: texts and items.
fn links<'a>(page: &'a str, module: &str) -> Vec<(&'a str, &'a str)> {
    let target = format!("`](crate::{module}::");
    let parts: Vec<&str> = page.split(&target).collect();
    let texts = parts.iter().map(|part| part.rsplit('`').next().expect("a text"));
    let items = parts.iter().skip(1).map(|part| part.split(')').next().expect("an item"));
    let mut links: Vec<_> = texts.zip(items).collect();
    links.sort_unstable();
    links
}

/// The page of `model!` in the facade lists all layers and all activations, each once.
#[test]
fn the_lists_of_the_macro() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/model.md");
    let page = &fs::read_to_string(path).expect("the page can be read");
    let mut layers: Vec<_> = LAYERS.iter().map(|spec| (spec.name, spec.name)).collect();
    layers.sort_unstable();
    assert_eq!(links(page, "layers"), layers);
    let activation = |spec: &'static ValueSpec| (spec.names[0], spec.path.trim_start_matches("activations::"));
    let mut activations: Vec<_> = ACTIVATIONS.iter().map(activation).collect();
    activations.sort_unstable();
    assert_eq!(links(page, "activations"), activations);
}

/// The example of a graph in the documentation of the macro.
#[test]
fn the_example_of_the_macro() {
    let (_, rest) = include_str!("../lib.rs").split_once("/// model! {\n").expect("an example");
    let (example, _) = rest.split_once("/// }\n").expect("its end");
    let lines: Vec<&str> = example.lines().map(|line| line.trim_start_matches("///")).collect();
    assert_eq!(read(&lines.join("\n")).outputs.len(), 1);
}

/// The pages of values list all names of a graph, with their numbers and defaults. A number may be left out if the name
/// says that it is 0, as in `l1`.
#[test]
fn the_tables_of_values() {
    for (page, specs) in [
        ("initializers", nn_core::initializers::INITIALIZERS),
        ("regularizers", nn_core::regularizers::REGULARIZERS),
        ("constraints", nn_core::constraints::CONSTRAINTS),
    ] {
        let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../nn-core/src/weights/{}.rs"), page);
        let text = fs::read_to_string(path).expect("the page can be read");
        let rows: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("//! | `")).collect();
        let cells: Vec<&str> = rows.iter().map(|row| row.split('`').next().expect("a cell")).collect();
        let written = |spec: &ValueSpec, count: usize| {
            let fields = spec.fields[..count].iter().map(|(field, default)| format!("{field} = {default}"));
            match fields.collect::<Vec<_>>().join(", ") {
                none if none.is_empty() => spec.names[0].to_string(),
                fields => format!("{}({fields})", spec.names[0]),
            }
        };
        assert_eq!(cells.len(), specs.len(), "{page}");
        for (cell, spec) in cells.iter().zip(specs) {
            let count = if matches!(spec.names[0], "l1" | "l2") { 1 } else { spec.fields.len() };
            assert_eq!(*cell, written(spec, count), "{page}");
        }
    }
}
