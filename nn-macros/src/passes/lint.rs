//! Warnings about graphs that compile but are probably mistakes. `nn-core/src/spec/lints.rs` explains each of them.
//!
//! A warning is a use of a deprecated constant of that name, with the span of the token to blame. Of the warnings that
//! a macro can cause on stable Rust, it is the most readable: the text stands in the headline. `#[must_use = ".."]`
//! puts it into a note, under the headline "unused `X` that must be used". An unused or badly cased name has no text.
//! `#[diagnostic::..]` words errors only. Nobody can change the words "use of deprecated constant", so the text begins
//! with "nn lint, nothing is deprecated".
//!
//! This file has the questions of the rules in `lint/rules.rs`; `emit/lints.rs` writes the uses.

pub(crate) mod rules;

use crate::diagnostics::{Diagnostics, Warning};
use crate::graph::{Arg, Builtin, Graph, Node, Op, Producer, TensorId};
use crate::schedule::learning;
use crate::source::Source;
use nn_core::shape::Shape;
use nn_core::spec::{Kind, Value};
use proc_macro2::Span;
use syn::Expr;

/// Runs the lints. After an error there is nothing to warn about.
pub(crate) fn lint(graph: &mut Graph, diagnostics: &mut Diagnostics) {
    if !graph.complete || diagnostics.any() {
        return;
    }
    let (readers, calls) = (vec![Vec::new(); graph.tensors.len()], vec![0; graph.layers.len()]);
    let source = &diagnostics.source;
    let mut lints = Lints { graph, source, learning: learning(graph), readers, calls, found: Vec::new() };
    for (n, node) in graph.nodes.iter().enumerate() {
        for layer in graph.chain(node.layer) {
            lints.calls[layer] += 1;
        }
        for &input in &node.inputs {
            lints.readers[input].push(n);
        }
    }
    rules::run(&mut lints);
    diagnostics.warnings = lints.found;
}

/// The data of the rules.
struct Lints<'a> {
    graph: &'a Graph,
    source: &'a Source,
    /// For each tensor, whether a layer upstream of it learns.
    learning: Vec<bool>,
    /// For each tensor, its readers.
    readers: Vec<Vec<usize>>,
    /// The number of calls of each layer.
    calls: Vec<usize>,
    found: Vec<Warning>,
}

impl<'a> Lints<'a> {
    fn report(&mut self, lint: &'static str, span: Span) {
        self.found.push(Warning { lint, span, detail: None, unless: None, if_any: Vec::new() });
    }

    /// Reports a finding with its numbers.
    fn report_numbers(&mut self, lint: &'static str, span: Span, detail: String) {
        self.found.push(Warning { lint, span, detail: Some(detail), unless: None, if_any: Vec::new() });
    }

    /// The origin of a tensor. Skips layers that only copy or penalise it.
    fn original(&self, tensor: TensorId) -> TensorId {
        match self.node_of(tensor) {
            Some(node) if self.is_copy(node) => self.original(node.inputs[0]),
            _ => tensor,
        }
    }

    fn is_copy(&self, node: &Node) -> bool {
        let layer = &self.graph.layers[node.layer];
        match &layer.op {
            Op::Activation { label, .. } => layer.part && label == "copy",
            Op::Builtin(builtin) => rules::only_charges(builtin),
            Op::Component(_) => false,
        }
    }

    fn node_of(&self, tensor: TensorId) -> Option<&'a Node> {
        match self.graph.tensors[tensor].producer {
            Producer::Input => None,
            Producer::Node(n) => Some(&self.graph.nodes[n]),
        }
    }

    /// The call that computes a tensor.
    fn producer(&self, tensor: TensorId) -> Option<&'a Node> {
        self.node_of(self.original(tensor))
    }

    fn builtin(&self, node: &Node) -> Option<&'a Builtin> {
        match &self.graph.layers[node.layer].op {
            Op::Builtin(builtin) => Some(builtin),
            _ => None,
        }
    }

    /// Keras's name of a library layer.
    fn kind(&self, node: &Node) -> &'static str {
        self.builtin(node).map_or("", |builtin| builtin.spec.name)
    }

    /// The type name of a library activation, even if it is written as a layer.
    fn activation(&self, node: &Node) -> Option<String> {
        match &self.graph.layers[node.layer].op {
            Op::Activation { function, .. } if !self.is_copy(node) => function.name().map(String::from),
            Op::Builtin(builtin) if rules::is_activation(builtin) => Some(builtin.spec.name.to_string()),
            _ => None,
        }
    }

    /// The shape of a tensor, if it is known here.
    fn shape(&self, tensor: TensorId) -> Option<Shape> {
        match &self.graph.tensors[tensor].shape {
            crate::graph::Shaped::Known(shape) => Some(*shape),
            _ => None,
        }
    }

    /// The token that names the layer of a call: `Dense`, or `softmax` of an activation.
    fn token(&self, node: &Node) -> Span {
        token(&self.source[self.graph.layers[node.layer].source])
    }
}

/// The value of an argument.
fn argument(builtin: &Builtin, name: &str) -> Option<Value> {
    arg(builtin, name)?.value
}

/// An argument.
fn arg<'a>(builtin: &'a Builtin, name: &str) -> Option<&'a Arg> {
    builtin.spec.args.iter().zip(&builtin.args).find(|(spec, _)| spec.name == name).map(|(_, arg)| arg)
}

/// Whether an argument is this one of its choices.
fn is_choice(builtin: &Builtin, name: &str, choice: &str) -> bool {
    let spec = builtin.spec.args.iter().find(|spec| spec.name == name);
    match (spec.map(|spec| spec.kind), argument(builtin, name)) {
        (Some(Kind::Choice(names)), Some(Value::Choice(index))) => names.get(index) == Some(&choice),
        _ => false,
    }
}

/// Whether an argument was written.
fn is_given(builtin: &Builtin, ends_with: &str) -> bool {
    builtin.spec.args.iter().zip(&builtin.args).any(|(spec, arg)| spec.name.ends_with(ends_with) && arg.expr.is_some())
}

/// The last name of a path, or of what is called.
fn token(expr: &Expr) -> Span {
    match expr {
        Expr::Call(call) => token(&call.func),
        Expr::Path(path) => path.path.segments.last().map_or_else(Span::call_site, |last| last.ident.span()),
        Expr::Paren(inner) => token(&inner.expr),
        Expr::Group(inner) => token(&inner.expr),
        Expr::Struct(value) => value.path.segments.last().map_or_else(Span::call_site, |last| last.ident.span()),
        other => syn::spanned::Spanned::span(other),
    }
}
