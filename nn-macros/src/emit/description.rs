//! The description of a graph, which tells graphs with the same variables apart (`nn_core::spec::description`).
//!
//! A line for each call, in an order that follows from the graph alone. A layer with weights has its name, and another
//! layer its kind with a number, so that the name of a tensor does not matter.

use super::Context;
use super::print::Printer;
use crate::graph::{Arg, Builtin, Function, Graph, LayerId, Op, Producer, Shaped, TensorId, Term};
use crate::literal;
use crate::source::ExprId;
use nn_core::spec::description::{Number, argument, numbers, only_trains, written};
use nn_core::spec::{ArgSpec, Default, Dtype, Folding, Kind, Value};
use nn_core::text::Text;
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::{HashMap, HashSet};

/// The constants of the graph's type with the parts of the description. They have the user's tokens.
pub(crate) fn pieces(context: &Context<'_>) -> TokenStream {
    let pieces = match &context.unfolded {
        // The names and shapes of a folded form say the rest.
        Some(model) => vec![
            quote!(::nn::spec::description::Piece::Known("folded\n")),
            quote!(::nn::spec::description::Piece::Known(#model::description)),
        ],
        None => {
            let mut pieces = Pieces { print: context.print(), done: Vec::new(), known: String::new() };
            pieces.graph();
            if pieces.done.is_empty() {
                let text = &pieces.known;
                return quote! {
                    #[allow(non_upper_case_globals)]
                    const description: &'static ::core::primitive::str = #text;
                };
            }
            pieces.end()
        }
    };
    // No item stands around the user's tokens, because its name could hide one of theirs.
    quote! {
        #[allow(non_upper_case_globals, trivial_numeric_casts, unused_braces, unused_parens, clippy::identity_op)]
        const description_pieces: &'static [::nn::spec::description::Piece] = &[#(#pieces),*];
        #[allow(non_upper_case_globals)]
        const description_text: ::nn::text::Text<{ ::nn::spec::description::length(Self::description_pieces) }> =
            ::nn::spec::description::text(Self::description_pieces);
        #[allow(non_upper_case_globals)]
        const description: &'static ::core::primitive::str = Self::description_text.as_str();
    }
}

/// A description while it is written.
struct Pieces<'a> {
    print: Printer<'a>,
    /// The pieces so far, as tokens.
    done: Vec<TokenStream>,
    /// The text behind them.
    known: String,
}

impl Pieces<'_> {
    fn push(&mut self, text: &str) {
        self.known.push_str(text);
    }

    /// Adds text that only rustc knows.
    fn ask(&mut self, piece: TokenStream) {
        self.end_known();
        self.done.push(piece);
    }

    fn end_known(&mut self) {
        if !self.known.is_empty() {
            let text = std::mem::take(&mut self.known);
            self.done.push(quote!(::nn::spec::description::Piece::Known(#text)));
        }
    }

    fn end(mut self) -> Vec<TokenStream> {
        self.end_known();
        self.done
    }

    fn graph(&mut self) {
        let graph = self.print.graph;
        let (mut names, mut counts) = (HashMap::new(), HashMap::<String, usize>::new());
        let mut written = HashSet::new();
        let mut next = |kind: &str| {
            let count = counts.entry(kind.to_string()).or_default();
            *count += 1;
            *count
        };
        for &tensor in &graph.inputs {
            let name = format!("Input#{}", next("Input"));
            self.push(&name);
            self.shape(tensor);
            self.push(if graph.tensors[tensor].dtype == Dtype::U32 { " u32\n" } else { "\n" });
            names.insert(tensor, name);
        }
        for id in order(graph) {
            let node = &graph.nodes[id];
            let layer = &graph.layers[node.layer];
            let kind = self.kind(node.layer);
            let name = if layer.has_weights() {
                let owner = graph.layers[layer.owner].name.to_string();
                // No kind has this character, so a layer cannot be called like one.
                match next(&format!(":{owner}")) {
                    1 => owner,
                    call => format!("{owner}@{call}"),
                }
            } else {
                format!("{kind}#{}", next(&kind))
            };
            self.push(&name);
            if !layer.has_weights() {
                self.layer(node.layer, false);
            } else if written.insert(node.layer) {
                self.push(": ");
                self.layer(node.layer, true);
            }
            let read = |tensor: &TensorId| names.get(&through(graph, *tensor)).cloned().unwrap_or_default();
            let inputs: Vec<String> = node.inputs.iter().map(read).collect();
            let mask = node.given_mask.as_ref().map(|(mask, _)| format!(" mask {}", read(mask)));
            self.push(&format!(" of {}{}\n", inputs.join(", "), mask.unwrap_or_default()));
            for (k, &output) in node.outputs.iter().enumerate() {
                names.insert(output, if k == 0 { name.clone() } else { format!("{name}.{k}") });
            }
        }
        let outputs = graph.outputs.iter().map(|&output| names.get(&through(graph, output)).cloned());
        self.push(&format!("outputs {}", outputs.map(Option::unwrap_or_default).collect::<Vec<_>>().join(", ")));
    }

    fn shape(&mut self, tensor: TensorId) {
        match &self.print.graph.tensors[tensor].shape {
            Shaped::Known(shape) => self.push(&format!(" {shape}")),
            Shaped::Written(dims) => {
                let dims = dims.iter().map(|&dim| self.size(dim));
                let piece = quote!(::nn::spec::description::Piece::Shape(::nn::Shape::new(&[#(#dims),*])));
                self.ask(piece);
            }
            _ => {
                let shape = self.print.shape_of(tensor);
                self.ask(quote!(::nn::spec::description::Piece::Shape(#shape)));
            }
        }
    }

    fn kind(&self, layer: LayerId) -> String {
        match &self.print.graph.layers[layer].op {
            Op::Builtin(builtin) => builtin.spec.name.to_string(),
            Op::Activation { function, .. } => function.spec().map_or("activation", |spec| spec.names[0]).to_string(),
            Op::Component(component) => component.kind.clone(),
        }
    }

    /// Adds the kind and the arguments of a layer.
    fn layer(&mut self, id: LayerId, kind: bool) {
        let graph = self.print.graph;
        if kind && !matches!(graph.layers[id].op, Op::Component(_)) {
            self.push(&self.kind(id));
        }
        match &graph.layers[id].op {
            Op::Builtin(builtin) => self.builtin(builtin),
            Op::Activation { function, .. } => self.function(function),
            Op::Component(component) => {
                let (path, given, kind) = (&self.print.source[component.path], self.print.given(id), &component.kind);
                let of = quote!(<#path as ::nn::Component>);
                let piece = quote! {
                    ::nn::spec::description::Piece::Component {
                        kind: #kind,
                        arguments: const { &::nn::layer::given::described(#of::ARGUMENTS, #given) }.as_str(),
                        graph: #of::GRAPH_TEXT,
                    }
                };
                self.ask(piece);
            }
        }
    }

    fn builtin(&mut self, builtin: &Builtin) {
        // Inside of a wrapper, a layer without effect in a prediction stays.
        let no_effect = builtin.spec.folding == Folding::Identity;
        for (spec, arg) in builtin.spec.args.iter().zip(&builtin.args).filter(|_| !no_effect) {
            if !only_trains(spec.name) {
                self.argument(spec, arg);
            }
        }
        if let Some(inner) = &builtin.inner {
            self.push(" layer=(");
            self.layer(inner.layer, true);
            self.push(")");
        }
    }

    fn argument(&mut self, spec: &ArgSpec, arg: &Arg) {
        let default = match spec.default {
            Default::Is(value) => value,
            Default::Layer | Default::Required => Value::Absent,
        };
        match (spec.kind, &arg.field) {
            (
                Kind::Initializer
                | Kind::Regularizer
                | Kind::Constraint
                | Kind::ActivationAfter
                | Kind::ActivityAfter
                | Kind::Layer,
                _,
            ) => {}
            (Kind::Activation(name), Some(Term::Function(function))) => {
                let usual = function.name() == Some(name) && function.spec().is_some_and(|spec| spec.fields.is_empty());
                if !usual {
                    self.push(&format!(" {}=", spec.name));
                    self.push(function.spec().map_or("", |spec| spec.names[0]));
                    self.function(function);
                }
            }
            (Kind::Floats, Some(Term::Slice(expr))) => {
                self.push(&format!(" {}=", spec.name));
                let list = self.print.term(&Term::Slice(*expr));
                self.ask(quote!(::nn::spec::description::Piece::Numbers(#list)));
            }
            (Kind::Floats, Some(Term::List(terms))) => self.numbers(spec.name, terms),
            (Kind::Floats, Some(term)) => self.numbers(spec.name, std::slice::from_ref(term)),
            (Kind::Float, Some(Term::Written(expr))) => {
                let written = self.print.term(&Term::Written(*expr));
                self.asked(spec, quote!(Float(#written)), default);
            }
            (Kind::Float, Some(Term::Number(x))) => {
                self.known_argument(spec, &Value::Float(*x), default);
            }
            (Kind::Choice(names), _) => {
                if let Some(Value::Choice(index)) = arg.value.filter(|value| *value != default) {
                    self.push(&format!(" {}={}", spec.name, names[index]));
                }
            }
            _ => match (arg.value, &arg.asked) {
                (None | Some(Value::Absent), Some(asked)) => {
                    let value = self.unchecked(spec, asked);
                    self.asked(spec, value, default);
                }
                (value, _) => self.known_argument(spec, &value.unwrap_or(default), default),
            },
        }
    }

    /// A dimension that rustc evaluates. With the cast, a constant of another type has no second error here.
    fn size(&self, expr: ExprId) -> TokenStream {
        let written = &self.print.source[expr];
        match literal::integer(written) {
            Some(_) => quote!(#written),
            None => quote!((#written) as ::core::primitive::usize),
        }
    }

    /// An argument that rustc evaluates, without the checks that other constants have: a variant of `Number`.
    fn unchecked(&self, spec: &ArgSpec, asked: &[ExprId]) -> TokenStream {
        let sizes = asked.iter().map(|&expr| self.size(expr));
        let written = asked.iter().map(|&expr| &self.print.source[expr]);
        match spec.kind {
            Kind::Size => quote!(Size(#(#sizes)*)),
            Kind::Sizes => quote!(Sizes(::nn::Shape::new(&[#(#sizes),*]))),
            Kind::Dims => quote!(Ints(&[#((#sizes) as ::core::primitive::i64),*])),
            Kind::Ints | Kind::Axes | Kind::Pairs => quote!(Ints(&[#((#written) as ::core::primitive::i64),*])),
            Kind::Int => quote!(Int(#((#written) as ::core::primitive::i64)*)),
            Kind::Flag => quote!(Flag(#(#written)*)),
            _ => quote!(Float(#(#written)*)),
        }
    }

    fn known_argument(&mut self, spec: &ArgSpec, value: &Value, default: Value) {
        let mut text = Text::<512>::new();
        let uniform = spec.kind == Kind::Pairs;
        let default = written(&Number::of(&default), uniform);
        argument(&mut text, spec.name, &Number::of(value), default.as_str(), uniform);
        self.push(text.as_str());
    }

    fn asked(&mut self, spec: &ArgSpec, value: TokenStream, default: Value) {
        let (name, uniform) = (spec.name, spec.kind == Kind::Pairs);
        let default = written(&Number::of(&default), uniform).to_string();
        self.ask(quote! {
            ::nn::spec::description::Piece::Argument {
                name: #name,
                value: ::nn::spec::description::Number::#value,
                default: #default,
                uniform: #uniform,
            }
        });
    }

    /// Adds a list of numbers.
    fn numbers(&mut self, name: &str, terms: &[Term]) {
        self.push(&format!(" {name}="));
        let known: Option<Vec<f64>> = terms.iter().map(known).collect();
        match known {
            Some(list) => self.push(numbers(&list).as_str()),
            None => {
                let terms = terms.iter().map(|term| self.print.term(term));
                let list = quote!(&[#(#terms),*]);
                self.ask(quote!(::nn::spec::description::Piece::Numbers(#list)));
            }
        }
    }

    /// Adds the numbers of an activation.
    fn function(&mut self, function: &Function) {
        match function {
            Function::Library { spec, fields, .. } => {
                for ((name, _), term) in spec.fields.iter().zip(fields) {
                    self.numbers(name, std::slice::from_ref(term));
                }
            }
            Function::Own(expr) => {
                let text = self.print.source.text(*expr).split_whitespace().collect::<Vec<_>>().join(" ");
                self.push(&format!(" {text}"));
            }
        }
    }
}

fn known(term: &Term) -> Option<f64> {
    match term {
        Term::Number(x) => Some(*x),
        _ => None,
    }
}

/// The tensor whose numbers a tensor has in a prediction: layers without effect are passed over.
fn through(graph: &Graph, mut tensor: TensorId) -> TensorId {
    while let Producer::Node(node) = graph.tensors[tensor].producer {
        let node = &graph.nodes[node];
        let no_effect = match &graph.layers[node.layer].op {
            Op::Builtin(builtin) => builtin.spec.folding == Folding::Identity,
            Op::Activation { function, .. } => function.is_identity(),
            Op::Component(_) => false,
        };
        match node.inputs[..] {
            [input] if no_effect => tensor = input,
            _ => break,
        }
    }
    tensor
}

/// The calls that the outputs need, each behind its inputs, in an order without regard to the source.
fn order(graph: &Graph) -> Vec<usize> {
    let (mut order, mut seen) = (Vec::new(), vec![false; graph.nodes.len()]);
    let mut open: Vec<(TensorId, bool)> = graph.outputs.iter().rev().map(|&output| (output, false)).collect();
    while let Some((tensor, complete)) = open.pop() {
        let Producer::Node(id) = graph.tensors[through(graph, tensor)].producer else { continue };
        if complete {
            order.push(id);
            continue;
        }
        if std::mem::replace(&mut seen[id], true) {
            continue;
        }
        open.push((tensor, true));
        let mask = graph.nodes[id].given_mask.as_ref().map(|(mask, _)| *mask);
        let reads: Vec<TensorId> = graph.nodes[id].inputs.iter().copied().chain(mask).collect();
        open.extend(reads.into_iter().rev().map(|read| (read, false)));
    }
    order
}
