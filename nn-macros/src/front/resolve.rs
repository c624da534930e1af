//! Syntax to graph: resolves names to nodes, layers to their specifications, and arguments to their slots.

mod component;
mod connect;
mod construct;
mod expression;
mod imported;
mod input;
mod masks;
mod model_call;
mod operator;
mod submodel;
mod template;

use crate::diagnostics::Diagnostics;
use crate::front::item::Item;
use crate::front::parse::{Let, Syntax};
use crate::graph::{Graph, LayerId, Meaning, Op, Producer, TensorId};
use crate::literal;
use crate::source::{ExprId, SpanId};
use nn_core::Code;
use proc_macro2::Span;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use submodel::Submodel;
use syn::{Expr, Ident};
use template::Template;

/// Builds the graph. A part that cannot be resolved is reported and becomes a poisoned value; its consequences are not
/// reported.
pub(crate) fn resolve(syntax: &Syntax, diagnostics: &mut Diagnostics) -> Graph {
    let graph_type = diagnostics.source.name(&Item::declared(syntax).graph_type());
    let mut resolver = Resolver {
        graph: Graph { lets: times_bound(&syntax.lets), ..Graph::new(graph_type) },
        scope: HashMap::new(),
        diagnostics,
        own: &syntax.name,
        lets: &syntax.lets,
        full: false,
        inside: 0,
        number: 0,
        ends: HashMap::new(),
    };
    for (number, statement) in syntax.lets.iter().enumerate() {
        resolver.number = number;
        resolver.documented(&statement.docs, &statement.names, statement.value.as_ref());
    }
    match &syntax.tail {
        Some(Expr::Call(call)) if is_word(&call.func, "Model") => resolver.model(call),
        Some(Expr::Call(call)) if is_word(&call.func, "Sequential") => resolver.sequential(call),
        Some(other) => resolver.another_end(other),
        None => {}
    }
    resolver.graph
}

/// The meaning of a name or an expression.
#[derive(Clone)]
enum Bound {
    Tensors(Vec<TensorId>),
    Layer(LayerId),
    /// A part of a graph that makes new layers for every use: `|x| Dense(8)(x)`.
    Template(Rc<Template>),
    /// A part of the graph that can be called again with the same weights.
    Submodel(Rc<Submodel>),
    /// A part of a network from a file.
    Import(Rc<imported::Part>),
    /// Layers called one after the other.
    Stack(Rc<[(LayerId, ExprId)]>),
    /// A value of a layer's argument, in a template: a size, an activation.
    Value(Rc<Expr>),
    /// An expression with a reported error.
    Poison,
}

struct Resolver<'a> {
    graph: Graph,
    scope: HashMap<String, (Ident, Bound)>,
    diagnostics: &'a mut Diagnostics,
    /// The model being written.
    own: &'a Ident,
    /// All statements, including later ones.
    lets: &'a [Let],
    /// Whether an excess of calls was reported.
    full: bool,
    /// How deep the current template is inside others.
    inside: usize,
    /// The number of the current statement.
    number: usize,
    /// For each written call its tensor: the output of the layer's parts (its activation), if it has any.
    ends: HashMap<usize, TensorId>,
}

impl Resolver<'_> {
    /// A statement, and its documentation: it is about what the statement makes.
    fn documented(&mut self, docs: &[String], names: &[Ident], value: Option<&Expr>) {
        let (before, tensors_before) = (self.graph.layers.len(), self.graph.tensors.len());
        self.statement(names, value);
        if docs.is_empty() {
            return;
        }
        for name in names {
            let mut layer = None;
            match self.scope.get(&name.to_string()) {
                Some((_, Bound::Layer(made))) => layer = Some(*made),
                Some((_, Bound::Tensors(tensors))) => {
                    layer = tensors.first().and_then(|&tensor| self.main_layer(tensor));
                    for &tensor in tensors.iter().filter(|&&tensor| tensor >= tensors_before) {
                        self.graph.tensors[tensor].docs = docs.to_vec();
                    }
                }
                _ => {}
            }
            if let Some(layer) = layer.filter(|&layer| layer >= before) {
                self.graph.layers[layer].docs = docs.to_vec();
            }
        }
    }

    fn statement(&mut self, names: &[Ident], value: Option<&Expr>) {
        if let (Some(elements), [_, _, ..]) = (value.and_then(literal::list), names)
            && elements.len() == names.len()
        {
            // All values come before all names, as in Rust: `let (a, b) = (b, a);`.
            let values: Vec<_> = elements.into_iter().map(|value| self.made(value)).collect();
            for (name, (bound, made)) in names.iter().zip(values) {
                self.bind(std::slice::from_ref(name), bound, made);
            }
            return;
        }
        let (bound, made) = value.map_or((Bound::Poison, 0..0), |value| self.made(value));
        self.bind(names, bound, made);
    }

    /// Resolves an expression. Also returns the layers that it made.
    fn made(&mut self, value: &Expr) -> (Bound, Range<LayerId>) {
        let before = self.graph.layers.len();
        let bound = self.eval(value);
        (bound, before..self.graph.layers.len())
    }

    /// Names the results of a statement and the layers that it made.
    fn bind(&mut self, names: &[Ident], bound: Bound, made: Range<LayerId>) {
        match (bound, names) {
            (Bound::Poison | Bound::Value(_), _) => {
                for name in names {
                    self.scope.insert(name.to_string(), (name.clone(), Bound::Poison));
                }
            }
            (_, []) => {}
            (bound, [name]) => {
                // The `let` names the layer that the statement makes or calls.
                let outermost = match &bound {
                    Bound::Layer(layer) => Some(*layer),
                    Bound::Tensors(tensors) => tensors.first().map(|&t| self.main_layer(t)).unwrap_or_default(),
                    Bound::Template(_)
                    | Bound::Submodel(_)
                    | Bound::Import(_)
                    | Bound::Stack(_)
                    | Bound::Value(_)
                    | Bound::Poison => None,
                };
                if let Some(layer) = outermost.filter(|layer| made.contains(layer)) {
                    self.graph.layers[layer].let_name = Some(self.diagnostics.source.name(name));
                }
                self.name_template(name, made);
                if let Bound::Tensors(tensors) = &bound
                    && let [tensor] = tensors[..]
                {
                    self.rename(tensor, name);
                    self.mean(name, Meaning::Tensor(tensor));
                } else if let Bound::Layer(layer) = &bound {
                    self.mean(name, Meaning::Layer(*layer));
                }
                self.scope.insert(name.to_string(), (name.clone(), bound));
            }
            (Bound::Tensors(mut tensors), names) => {
                if let ([tensor], Some(node)) = (&tensors[..], tensors.first().and_then(|&t| self.main_node(t))) {
                    // The pattern sets the number of a layer's outputs; the shape rule checks it.
                    let tensor = *tensor;
                    if let Op::Component(component) = &self.graph.layers[self.graph.nodes[node].layer].op
                        && !component.then.is_empty()
                    {
                        let message = format!(
                            "`{}` has several outputs: its `activation` and `activity_regularizer` do not say for which",
                            component.kind
                        );
                        let error = self.diagnostics.error(Code::OutputCount, &names[1], message);
                        error.help("write a layer behind the output that is meant: `Activation(relu)(y)`");
                        return self.bind(names, Bound::Poison, made);
                    }
                    for name in &names[1..] {
                        let span = self.span(name.span());
                        self.output(node, span);
                    }
                    tensors =
                        std::iter::once(tensor).chain(self.graph.nodes[node].outputs[1..].iter().copied()).collect();
                }
                if tensors.len() != names.len() {
                    let message = format!("{} tensors have {} names here", tensors.len(), names.len());
                    self.diagnostics.error(Code::OutputCount, &names[tensors.len().min(names.len() - 1)], message);
                    return self.bind(names, Bound::Poison, made);
                }
                for (name, tensor) in names.iter().zip(tensors) {
                    self.rename(tensor, name);
                    self.mean(name, Meaning::Tensor(tensor));
                    self.scope.insert(name.to_string(), (name.clone(), Bound::Tensors(vec![tensor])));
                }
            }
            (Bound::Layer(_) | Bound::Template(_) | Bound::Submodel(_) | Bound::Import(_) | Bound::Stack(_), names) => {
                self.diagnostics
                    .error(Code::OutputCount, &names[1], "a layer has one name")
                    .help("call it first: `let (a, b) = layer(x);`");
                self.bind(names, Bound::Poison, made);
            }
        }
    }

    fn span(&mut self, span: Span) -> SpanId {
        self.diagnostics.source.span(span)
    }

    fn expr(&mut self, expr: &Expr) -> ExprId {
        self.diagnostics.source.expr(expr)
    }

    fn mean(&mut self, name: &Ident, meaning: Meaning) {
        self.graph.bound.insert((self.number, name.to_string()), meaning);
    }

    fn rename(&mut self, tensor: TensorId, name: &Ident) {
        if !self.graph.tensors[tensor].named {
            self.graph.tensors[tensor].name = self.diagnostics.source.name(name);
        }
    }

    /// The call that a tensor was written as: the Dense, for a Dense with an activation.
    fn main_node(&self, tensor: TensorId) -> Option<usize> {
        match self.graph.tensors[tensor].producer {
            Producer::Input => None,
            Producer::Node(n) => {
                let node = &self.graph.nodes[n];
                if self.graph.layers[node.layer].part { self.main_node(node.inputs[0]) } else { Some(n) }
            }
        }
    }

    /// The layer of that call.
    fn main_layer(&self, tensor: TensorId) -> Option<LayerId> {
        self.main_node(tensor).map(|node| self.graph.nodes[node].layer)
    }
}

/// Counts the statements that bind each name.
fn times_bound(lets: &[Let]) -> HashMap<String, usize> {
    let mut bound = HashMap::new();
    for name in lets.iter().flat_map(|statement| &statement.names) {
        *bound.entry(name.to_string()).or_default() += 1;
    }
    bound
}

pub(super) fn is_word(func: &Expr, word: &str) -> bool {
    matches!(func, Expr::Path(path) if path.path.is_ident(word))
}
