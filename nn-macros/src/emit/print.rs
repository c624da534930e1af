//! Data of a graph as tokens: names, values, and expressions for rustc. Shape rules are associated constants of the
//! graph's type; each check is at the token that it is about.

mod arguments;
mod outside;

use crate::graph::{
    Computed, ConstId, Count, Facts, Function, Graph, Inference, Op, RuleOf, Shaped, TensorId, Term, Unchecked,
};
use crate::literal;
use crate::passes::infer::{origin, read};
use crate::source::{self, ExprId, Name, Source};
use nn_core::layers::masking;
use nn_core::shape::Shape;
use nn_core::spec::Kind;
use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;

/// A graph and its tokens.
#[derive(Clone, Copy)]
pub(crate) struct Printer<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) source: &'a Source,
}

impl Printer<'_> {
    /// A name.
    pub(crate) fn ident(self, name: &Name) -> Ident {
        self.source.ident(name)
    }

    /// An item for each constant of the graph's type.
    pub(crate) fn constants(self) -> impl Iterator<Item = TokenStream> {
        self.graph.own_constants().map(move |(id, constant)| {
            let (name, value) = (self.constant_name(id), self.computed(&constant.value));
            let r#type = match constant.value {
                Computed::Input(..) => quote!(::nn::Shape),
                _ => quote!(::nn::spec::Inferred),
            };
            quote!(const #name: #r#type = #value;)
        })
    }

    /// It stands at the struct's name. rustc notes the use of a failed constant, and any other place would say no more.
    fn constant_name(self, id: ConstId) -> Ident {
        let constant = self.graph.constant(id);
        Ident::new(&constant.name, self.source.at(constant.of.span))
    }

    fn constant(self, id: ConstId) -> TokenStream {
        let (graph_type, name) = (self.ident(&self.graph.constant(id).of), self.constant_name(id));
        quote_spanned!(name.span()=> #graph_type::#name)
    }

    fn computed(self, value: &Computed) -> TokenStream {
        match value {
            Computed::Input(tensor, dims) => {
                let tensor = &self.graph.tensors[*tensor];
                let (name, shape) = (tensor.name.to_string(), self.written(dims));
                placed_at(self.source.at(tensor.span), &quote!(::nn::spec::input_shape), &quote!(#name, #shape))
            }
            Computed::Inference(inference) => self.inference(inference),
            Computed::Facts(facts) => self.facts(facts),
            Computed::Before => quote!(),
        }
    }

    /// A shape rule at a call, evaluated by rustc: an expression of type `Inferred`.
    pub(crate) fn inference(self, inference: &Inference) -> TokenStream {
        let Inference { node, layer, shared, counted, .. } = inference;
        let (node, name) = (&self.graph.nodes[*node], self.graph.layers[*layer].name.to_string());
        let mut value = self.found(inference);
        let span = self.source.start(node.input_exprs[0]);
        if let Some(shared) = shared {
            let consts = match &self.graph.layers[*layer].op {
                Op::Component(component) => {
                    let (first, called) = (self.facts(&shared.first), self.called(component, span));
                    quote_spanned!(span=> #first.consts().split_at(#called::__WEIGHT_CONSTS).0)
                }
                Op::Builtin(builtin) => {
                    let consts = (0..builtin.spec.weight_consts.unwrap_or_default()).map(|i| shared.first.constant(i));
                    let consts = consts.map(|count| self.count(&count));
                    quote!(&[#(#consts),*])
                }
                Op::Activation { .. } => quote!(&[]),
            };
            let (before, now) = (self.shape(&shared.on), self.shape(&inference.inputs[0]));
            let shared = quote!(#name, #consts, #before, #now, #value);
            value = placed_at(span, &quote!(::nn::spec::weights_shared), &shared);
        }
        if *counted {
            let names = node.outputs.len();
            value = placed_at(span, &quote!(::nn::spec::outputs_named), &quote!(#name, #names, #value));
        }
        value
    }

    /// The result of the rule itself.
    fn found(self, inference: &Inference) -> TokenStream {
        let Inference { node, layer, rule, inputs, within, counted, .. } = inference;
        let called = &self.graph.layers[*layer];
        let shapes = inputs.iter().map(|shape| self.shape(shape));
        match &called.op {
            _ if *rule == RuleOf::Mask => {
                let path = path(masking::FITS);
                self.call(inference, &quote!(#path(&[], &[#(#shapes),*])), self.source.start(called.source))
            }
            Op::Builtin(builtin) => {
                let inner = builtin.spec.inner.filter(|_| *rule == RuleOf::Inner);
                let path = path(inner.unwrap_or(builtin.spec.infer));
                let args = builtin.spec.args.iter().zip(&builtin.args).map(|(spec, arg)| match (spec.kind, within) {
                    (Kind::Layer, Some(facts)) => {
                        let inferred = self.facts(facts);
                        quote!(::nn::spec::Value::Layer(#inferred))
                    }
                    _ => self.argument(spec, arg),
                });
                let found = quote!(#path(&[#(#args),*], &[#(#shapes),*]));
                self.call(inference, &found, self.source.start(called.source))
            }
            // rustc finds the outputs of a model or of a user's layer.
            Op::Component(component) => {
                let span = self.source.start(self.graph.nodes[*node].input_exprs[0]);
                let (called, given, kind) = (self.called(component, span), self.given(*layer), &component.kind);
                let mut found = quote_spanned!(span=> #called::__infer(#given, &[#(#shapes),*]));
                if !counted {
                    found = quote_spanned!(span=> ::nn::spec::only_output(#kind, #found));
                }
                self.call(inference, &found, span)
            }
            Op::Activation { .. } => quote!(),
        }
    }

    /// The result of a call's shape rule, with a check at every token that may be to blame.
    fn call(self, inference: &Inference, found: &TokenStream, span: Span) -> TokenStream {
        let (node, layer) = (&self.graph.nodes[inference.node], &self.graph.layers[inference.layer]);
        let name = if layer.part { self.source.text(layer.source) } else { layer.name.to_string() };
        // The inner layer's inputs come from its wrapper, and a part's inputs are not written. Neither has a token to
        // blame.
        let own = if node.layer == inference.layer && !layer.part { read(node, inference.rule) } else { Vec::new() };
        let origins = own.iter().map(|&(tensor, expr)| {
            let (written, origin) = (self.source.text(expr), origin(self.graph, self.source, tensor));
            quote!((#written, #origin))
        });
        let shapes = inference.inputs.iter().take(own.len()).map(|shape| self.shape(shape));
        let shapes = quote_spanned!(span=> &[#(#shapes),*]);
        let mut call = quote! {
            ::nn::spec::Call { layer: #name, inputs: &[#(#origins),*], shapes: #shapes, found: #found }
        };
        for (i, &(_, expr)) in own.iter().enumerate() {
            call = self.asked(expr, &quote!(::nn::spec::Call::input), &quote!(#call, #i));
        }
        if let Op::Component(component) = &layer.op
            && !layer.part
        {
            // Only the layer itself shows whether an argument is missing.
            let start = self.source.start(layer.source);
            call = placed_at(start, &quote!(::nn::spec::Call::complete), &call);
            for (k, given) in component.given.iter().enumerate() {
                call = self.asked(given.expr, &quote!(::nn::spec::Call::argument), &quote!(#call, #k));
                if let Some(keyword) = &given.keyword {
                    let (span, k) = (self.source.at(keyword.span), component.given.len() + k);
                    call = placed_at(span, &quote!(::nn::spec::Call::argument), &quote!(#call, #k));
                }
            }
        }
        if let Op::Builtin(builtin) = &layer.op {
            let rules = |kind| {
                matches!(
                    kind,
                    Kind::Size
                        | Kind::Sizes
                        | Kind::Int
                        | Kind::Ints
                        | Kind::Axes
                        | Kind::Pairs
                        | Kind::Dims
                        | Kind::Float
                        | Kind::Floats
                        | Kind::Flag
                )
            };
            for (i, (spec, arg)) in builtin.spec.args.iter().zip(&builtin.args).enumerate() {
                if let (true, Some(expr)) = (rules(spec.kind), arg.expr) {
                    call = self.asked(expr, &quote!(::nn::spec::Call::argument), &quote!(#call, #i));
                }
            }
        }
        placed_at(span, &quote!(::nn::spec::Call::inferred), &call)
    }

    /// Calls a const function; rustc places the call at an expression.
    fn asked(self, expr: ExprId, function: &TokenStream, arguments: &TokenStream) -> TokenStream {
        let (first, last) = source::ends(self.source[expr].to_token_stream());
        placed(function, first, arguments, last)
    }

    /// The numbers that rustc evaluates, and refuses if they are out of range: expressions of type `f64`.
    pub(crate) fn numbers(self) -> impl Iterator<Item = TokenStream> {
        self.graph.unchecked_numbers().into_iter().map(move |Unchecked { name, expr, slice }| {
            if slice {
                let list = self.slice(expr);
                return self.asked(expr, &quote!(::nn::settings::numbers), &quote!(#name, #list));
            }
            let written = &self.source[expr];
            self.asked(expr, &quote!(::nn::settings::number), &quote!(#name, #written))
        })
    }

    /// A dimension that rustc evaluates, and refuses if it is 0.
    fn dimension(self, what: &str, expr: ExprId) -> TokenStream {
        let written = &self.source[expr];
        match literal::integer(written) {
            Some(_) => quote!(#written),
            None => self.asked(expr, &quote!(::nn::spec::dimension), &quote!(#what, #written)),
        }
    }

    /// The shape of an input, as written.
    fn written(self, dims: &[ExprId]) -> TokenStream {
        let dims = dims.iter().map(|&dim| self.dimension("a dimension of `shape`", dim));
        quote!(::nn::Shape::new(&[#(#dims),*]))
    }

    /// The value of a field.
    pub(crate) fn term(self, term: &Term) -> TokenStream {
        match term {
            Term::Number(x) => quote!(#x),
            Term::Flag(flag) => quote!(#flag),
            Term::Choice(index) => quote!(#index),
            Term::Written(expr) if self.names_a_variable(*expr) => self.outside(*expr),
            Term::Written(expr) => self.source[*expr].to_token_stream(),
            Term::List(terms) => {
                let terms = terms.iter().map(|term| self.term(term));
                quote!(&[#(#terms),*])
            }
            Term::Slice(expr) if self.names_a_variable(*expr) => self.outside(*expr),
            Term::Slice(expr) => self.slice(*expr),
            Term::Function(function) => self.function(function),
        }
    }

    /// The value of an activation, initializer, regularizer or constraint, with its full path.
    pub(crate) fn function(self, function: &Function) -> TokenStream {
        match function {
            Function::Library { spec, .. } => {
                let path: TokenStream = spec.path.parse().expect("a specification holds a path");
                let fields = self.fields(function);
                quote!(::nn::#path #fields)
            }
            Function::Own(expr) => self.source[*expr].to_token_stream(),
        }
    }

    /// The same, without the path before the last name.
    pub(crate) fn short(self, function: &Function) -> TokenStream {
        match function.name() {
            Some(name) => {
                let (name, fields) = (format_ident!("{name}"), self.fields(function));
                quote!(#name #fields)
            }
            None => self.function(function),
        }
    }

    /// `{ alpha: 0.3 }`
    fn fields(self, function: &Function) -> TokenStream {
        match function {
            Function::Library { spec, fields, at } if !spec.fields.is_empty() => {
                let names = spec.fields.iter().map(|(field, _)| Ident::new(field, self.source.at(*at)));
                let values = fields.iter().map(|value| self.term(value));
                quote!({ #(#names: #values),* })
            }
            _ => quote!(),
        }
    }

    /// A const expression of the facts about a call.
    pub(crate) fn facts(self, facts: &Facts) -> TokenStream {
        match facts {
            Facts::Const(id) => self.constant(*id),
            Facts::Known(inferred) => {
                let outputs = inferred.outputs().iter().map(shape_tokens);
                let consts = inferred.consts().iter().map(|&n| Literal::usize_unsuffixed(n));
                let fields = inferred.fields().iter().map(|(name, value)| quote!((#name, #value)));
                let fields = (!inferred.fields().is_empty()).then(|| quote!(.with(&[#(#fields),*])));
                quote!(::nn::spec::Inferred::many(&[#(#outputs),*], &[#(#consts),*]) #fields)
            }
            Facts::Padded(both) => {
                let [own, padding] = both.each_ref().map(|facts| self.facts(facts));
                quote!(::nn::layers::Geometry::padded(&#own, &#padding))
            }
            Facts::Changed(before, counts) => {
                let (before, counts) = (self.facts(before), counts.iter().map(|count| self.count(count)));
                quote!(#before.with_constants(&[#(#counts),*]))
            }
        }
    }

    /// A const expression of a number.
    pub(crate) fn count(self, count: &Count) -> TokenStream {
        match count {
            Count::Known(n) => Literal::usize_unsuffixed(*n).into_token_stream(),
            Count::Of(facts, i) => {
                let facts = self.facts(facts);
                quote!(#facts.constant(#i))
            }
            Count::Times(count, factor) => {
                let count = self.count(count);
                quote!(#count.saturating_mul(#factor))
            }
        }
    }

    /// A const expression of the shape of a tensor.
    pub(crate) fn shape_of(self, tensor: TensorId) -> TokenStream {
        self.shape(&self.graph.tensors[tensor].shape)
    }

    /// A const expression of a shape.
    pub(crate) fn shape(self, shape: &Shaped) -> TokenStream {
        match shape {
            Shaped::Known(shape) => shape_tokens(shape),
            Shaped::Written(dims) => self.written(dims),
            Shaped::Const(id) => self.constant(*id),
            Shaped::Output(id, k) => {
                let constant = self.constant(*id);
                quote!(#constant.output(#k))
            }
            Shaped::WithLast(shape, last) => {
                let (shape, last) = (self.shape(shape), self.count(last));
                quote!(#shape.with_last(#last))
            }
            Shaped::OneStep(shape) => {
                let shape = self.shape(shape);
                quote!(#shape.with_dim(0, 1))
            }
            Shaped::Unknown => quote!(::nn::Shape::new(&[])),
        }
    }
}

/// `::nn::layers::dense::infer`: the facade has the modules of `nn-core` at its root.
fn path(rule: nn_core::spec::Rule) -> TokenStream {
    let modules = rule.module.split("::").skip(1).chain([rule.name]).map(|name| format_ident!("{name}"));
    quote!(::nn #(::#modules)*)
}

pub(super) fn shape_tokens(shape: &Shape) -> TokenStream {
    let dims = shape.dims().iter().map(|&dim| Literal::usize_unsuffixed(dim));
    quote!(::nn::Shape::new(&[#(#dims),*]))
}

/// Calls a function; rustc places the call between two of the user's tokens. Only the parentheses and braces have their
/// spans, which is enough for rustc. If a name had them, an editor would take it for the meaning of the user's token.
fn placed(function: &TokenStream, first: Span, arguments: &TokenStream, last: Span) -> TokenStream {
    let within = |delimiter, tokens: TokenStream, span| {
        let mut group = Group::new(delimiter, tokens);
        group.set_span(span);
        group
    };
    // rustc drops parentheses, but it keeps a block.
    let block = within(Delimiter::Brace, function.clone(), first);
    let function = within(Delimiter::Parenthesis, block.to_token_stream(), first);
    let arguments = within(Delimiter::Parenthesis, arguments.clone(), last);
    quote!(#function #arguments)
}

/// Calls a function; rustc places the call at one token.
fn placed_at(span: Span, function: &TokenStream, arguments: &TokenStream) -> TokenStream {
    placed(function, span, arguments, span)
}
