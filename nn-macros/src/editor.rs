//! A block for editors. `::nn::__editor!` passes it on only under `cfg(rust_analyzer)`, which only rust-analyzer sets.
//! The compiler never sees it, so it costs no compile time and cannot break a build.
//!
//! For an editor, a token in a macro call means the tokens with its span in the expansion. So the block repeats each
//! name of the graph, with its span, in a Rust construct with the same meaning. A tensor is a variable whose type shows
//! its shape, and a call reads it. A layer, an activation or an initializer is a path to its documentation. A dimension
//! is an expression. The block is written from the syntax, even after errors, so a half-written graph still has names
//! to complete.

use crate::emit::Printer;
use crate::front::parse::{Let, Syntax, names as pattern_names};
use crate::front::values::arguments;
use crate::graph::{Facts, Graph, Meaning, Op, Shaped};
use crate::literal;
use crate::source::Source;
use nn_core::activations::ACTIVATIONS;
use nn_core::constraints::CONSTRAINTS;
use nn_core::initializers::INITIALIZERS;
use nn_core::layers::LAYERS;
use nn_core::regularizers::REGULARIZERS;
use nn_core::spec::{Kind, LayerSpec, ValueSpec};
use proc_macro2::{Group, Literal, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::HashSet;
use syn::{Expr, ExprCall, ExprClosure, Ident, Stmt};

/// The block.
pub(crate) fn editor(syntax: &Syntax, graph: &Graph, source: &Source) -> TokenStream {
    let print = Printer { graph, source };
    let mut scope = Scope { bound: HashSet::new() };
    let statements: Vec<_> = syntax
        .lets
        .iter()
        .enumerate()
        .map(|(i, statement)| {
            let uses = scope.value(statement);
            scope.bound.extend(statement.names.iter().map(ToString::to_string));
            let shown =
                |name: &Ident| graph.bound.get(&(i, name.to_string())).and_then(|&meaning| type_of(print, meaning));
            bind(&statement.names, uses, &shown)
        })
        .collect();
    let tail = syntax.tail.as_ref().map(|tail| scope.expr(tail));
    let conditions = syntax.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    quote! {
        #(#conditions)*
        ::nn::__editor! {
            const _: () = {
                #[allow(warnings, clippy::all)]
                fn graph() {
                    use ::nn::words::calls::*;
                    #(#statements)*
                    #tail
                }
            };
        }
    }
}

/// Variables for the names of a statement, after the names in its value.
fn bind(names: &[Ident], uses: TokenStream, shown: &dyn Fn(&Ident) -> Option<Shown>) -> TokenStream {
    let unknown = || Shown::new(quote!(::nn::words::Unknown));
    let (items, types): (Vec<_>, Vec<_>) = names
        .iter()
        .map(|name| {
            let Shown { item, r#type } = shown(name).unwrap_or_else(unknown);
            (item, r#type)
        })
        .unzip();
    match names {
        [] => uses,
        [name] => quote!(#(#items)* let #name: #(#types)* = { #uses ::nn::__private::any() };),
        names => quote!(#(#items)* let (#(#names),*): (#(#types),*) = { #uses ::nn::__private::any() };),
    }
}

/// The type shown for a name, and the constant that it may need.
struct Shown {
    item: TokenStream,
    r#type: TokenStream,
}

impl Shown {
    fn new(r#type: TokenStream) -> Self {
        Shown { item: quote!(), r#type }
    }
}

/// The type shown for a name: the shape of a tensor, or a layer.
fn type_of(print: Printer<'_>, meaning: Meaning) -> Option<Shown> {
    let graph = print.graph;
    match meaning {
        Meaning::Tensor(tensor) => {
            let shape = format_ident!("SHAPE_{tensor}");
            let tensor = &graph.tensors[tensor];
            let scalar = format_ident!("{}", tensor.dtype.name().unwrap_or("f32"));
            match &tensor.shape {
                Shaped::Known(shape) => {
                    let rank = format_ident!("Tensor{}", shape.rank());
                    let dims = shape.dims().iter().map(|&dim| Literal::usize_unsuffixed(dim));
                    Some(Shown::new(quote!(::nn::words::#rank<#scalar, #(#dims),*>)))
                }
                // rust-analyzer evaluates a constant in a type only if it is an item.
                Shaped::Unknown => None,
                found => {
                    let found = nowhere(print.shape(found));
                    Some(Shown {
                        item: quote!(const #shape: &[usize] = #found.dims();),
                        r#type: quote!(::nn::words::Tensor<#scalar, #shape>),
                    })
                }
            }
        }
        Meaning::Layer(layer) => match &graph.layers[layer].op {
            Op::Builtin(builtin) if builtin.inner.is_none() => match &builtin.inferred {
                Some(Facts::Known(inferred)) => {
                    let name = format_ident!("{}", builtin.spec.name);
                    let consts = inferred.consts().iter().map(|&n| Literal::usize_unsuffixed(n));
                    Some(Shown::new(quote!(::nn::layers::#name<#(#consts),*>)))
                }
                _ => None,
            },
            _ => None,
        },
    }
}

/// The same tokens without the spans of the user's tokens.
fn nowhere(tokens: TokenStream) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), nowhere(group.stream())).into();
        }
        token.set_span(Span::call_site());
        token
    });
    tokens.collect()
}

/// The names with a meaning at a place of the graph.
#[derive(Clone)]
struct Scope {
    /// The tensors and layers bound before this place.
    bound: HashSet<String>,
}

impl Scope {
    /// The names in the value of a statement.
    fn value(&self, statement: &Let) -> TokenStream {
        match &statement.value {
            Some(value) => self.expr(value),
            None => self.tokens(statement.unparsed.clone()),
        }
    }

    /// The tensors and layers in an expression of the graph.
    fn expr(&self, expr: &Expr) -> TokenStream {
        match expr {
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) if !self.binds(name) && starts_upper(name) => self.callee(name),
                Some(name) => quote!(let _ = &#name;),
                None => quote!(let _: #path;),
            },
            Expr::Call(call) => self.call(call),
            Expr::Paren(inner) => self.expr(&inner.expr),
            Expr::Group(inner) => self.expr(&inner.expr),
            Expr::Closure(closure) => self.closure(closure),
            Expr::Array(_) | Expr::Tuple(_) => {
                let elements = literal::list(expr).unwrap_or_default().into_iter().map(|element| self.expr(element));
                quote!(#(#elements)*)
            }
            _ => self.tokens(quote!(#expr)),
        }
    }

    /// `Dense(64, activation = relu)`, `tower(x)`, `Dense(64)(x)`, `concatenate([a, b], axis = 1)`.
    fn call(&self, call: &ExprCall) -> TokenStream {
        let name = match &*call.func {
            Expr::Path(path) => path.path.get_ident().filter(|name| !self.binds(name)),
            _ => None,
        };
        let Some(name) = name else {
            let func = self.expr(&call.func);
            let arguments = arguments(call).into_iter().map(|(_, value)| self.expr(&value));
            return quote!(#func #(#arguments)*);
        };
        let text = name.to_string();
        let spec = LAYERS.iter().find(|spec| spec.name == text);
        let function = LAYERS.iter().find(|spec| spec.function == Some(text.as_str()));
        let layer = self.callee(name);
        let arguments = arguments(call).into_iter().enumerate().map(|(position, (keyword, value))| {
            match (spec, function, text.as_str()) {
                (Some(spec), ..) => self.argument(spec, position, keyword.as_ref(), &value),
                (_, Some(spec), _) if position > 0 => self.argument(spec, position - 1, keyword.as_ref(), &value),
                (_, _, "Activation") if position == 0 => named(&value, ACTIVATIONS),
                (_, _, "Input") => expression(&value),
                // A user's own layer takes values; everything else is called on tensors.
                _ if starts_upper(name) && !matches!(text.as_str(), "Model" | "Sequential") => expression(&value),
                _ => self.expr(&value),
            }
        });
        quote!(#layer #(#arguments)*)
    }

    /// An argument of a library layer.
    fn argument(&self, spec: &LayerSpec, position: usize, keyword: Option<&Ident>, value: &Expr) -> TokenStream {
        let arg = match keyword {
            Some(keyword) => spec.args.iter().find(|arg| keyword == arg.name),
            None => spec.args.get(position),
        };
        match arg.map(|arg| arg.kind) {
            Some(Kind::ActivationAfter | Kind::Activation(_)) => named(value, ACTIVATIONS),
            Some(Kind::Initializer) => named(value, INITIALIZERS),
            Some(Kind::Regularizer | Kind::ActivityAfter) => named(value, REGULARIZERS),
            Some(Kind::Constraint) => named(value, CONSTRAINTS),
            Some(Kind::Layer) => self.expr(value),
            Some(Kind::Choice(_)) => quote!(),
            _ => expression(value),
        }
    }

    /// A template: a block with its parameters and statements.
    fn closure(&self, closure: &ExprClosure) -> TokenStream {
        let mut scope = self.clone();
        let parameters: Vec<Ident> = closure.inputs.iter().filter_map(pattern_names).flatten().collect();
        scope.bound.extend(parameters.iter().map(ToString::to_string));
        let body = match &*closure.body {
            Expr::Block(block) => {
                let statements = block.block.stmts.iter().map(|statement| match statement {
                    Stmt::Local(local) => {
                        let uses = local.init.as_ref().map(|init| scope.expr(&init.expr)).unwrap_or_default();
                        let names = pattern_names(&local.pat).unwrap_or_default();
                        scope.bound.extend(names.iter().map(ToString::to_string));
                        bind(&names, uses, &|_| None)
                    }
                    Stmt::Expr(value, _) => scope.expr(value),
                    _ => quote!(),
                });
                quote!(#(#statements)*)
            }
            value => scope.expr(value),
        };
        quote!({ #(let #parameters: ::nn::words::Unknown = ::nn::__private::any();)* #body })
    }

    /// The names in the tokens of a statement that does not parse.
    fn tokens(&self, tokens: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let uses = tokens.iter().enumerate().map(|(i, token)| match token {
            TokenTree::Group(group) => self.tokens(group.stream()),
            TokenTree::Ident(name) => match tokens.get(i + 1) {
                Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => quote!(),
                _ if name == "let" => quote!(),
                Some(TokenTree::Group(_)) if !self.binds(name) => self.callee(name),
                _ => match starts_upper(name) && !self.binds(name) {
                    true => self.callee(name),
                    false => quote!(let _ = &#name;),
                },
            },
            _ => quote!(),
        });
        quote!(#(#uses)*)
    }

    /// The callee: a library layer by its path, anything else as a type. That may be a user's own layer, or a layer
    /// whose name is still being typed.
    fn callee(&self, name: &Ident) -> TokenStream {
        let text = name.to_string();
        if LAYERS.iter().any(|spec| spec.name == text) {
            quote!(use ::nn::layers::#name as _;)
        } else if LAYERS.iter().any(|spec| spec.function == Some(text.as_str())) {
            // A function form has the name of the page.
            quote!(use ::nn::words::calls::#name as _;)
        } else if ACTIVATIONS.iter().any(|spec| spec.names.contains(&text.as_str())) {
            path(name, ACTIVATIONS)
        } else if matches!(text.as_str(), "Input" | "Model" | "Sequential" | "Activation") {
            quote!(use ::nn::words::#name as _;)
        } else {
            quote!({ use ::nn::words::*; let _: #name; })
        }
    }

    fn binds(&self, name: &Ident) -> bool {
        self.bound.contains(&name.to_string())
    }
}

/// An activation, initializer, regularizer or constraint.
fn named(value: &Expr, specs: &'static [ValueSpec]) -> TokenStream {
    match value {
        Expr::Path(known) => match known.path.get_ident() {
            Some(name) => path(name, specs),
            None => expression(value),
        },
        Expr::Call(call) => {
            let values = arguments(call).into_iter().map(|(_, value)| expression(&value));
            let name = named(&call.func, specs);
            quote!(#name #(#values)*)
        }
        Expr::Group(inner) => named(&inner.expr, specs),
        _ => expression(value),
    }
}

/// The path of a library value, with the span of its name. An activation leads to its page, which has the same name.
fn path(name: &Ident, specs: &'static [ValueSpec]) -> TokenStream {
    let text = name.to_string();
    let all = specs.first().map_or("", |spec| spec.path).split("::").next().unwrap_or_default();
    let unfinished = format!("words::{all}");
    let spec = specs.iter().find(|spec| spec.names.contains(&text.as_str()));
    let (module, last) = match spec {
        _ if all == "activations" => ("activations::names", spec.map_or(text.as_str(), |spec| spec.names[0])),
        Some(spec) => spec.path.rsplit_once("::").unwrap_or((all, spec.path)),
        None => (unfinished.as_str(), text.as_str()),
    };
    let module: TokenStream = module.parse().unwrap_or_default();
    let last = crate::front::parse::ident_at(last, name.span());
    match spec {
        Some(_) => quote!(use ::nn::#module::#last as _;),
        None => quote!(let _ = ::nn::#module::#last;),
    }
}

/// A const expression; nothing for literals.
fn expression(value: &Expr) -> TokenStream {
    match value {
        Expr::Lit(_) => quote!(),
        Expr::Unary(unary) if literal::is_literal(&unary.expr) => quote!(),
        Expr::Array(_) | Expr::Tuple(_) => {
            literal::list(value).unwrap_or_default().into_iter().map(expression).collect()
        }
        Expr::Path(path) if path.path.is_ident("None") || path.path.is_ident("u32") || path.path.is_ident("f32") => {
            quote!()
        }
        _ => quote!(let _ = #value;),
    }
}

fn starts_upper(name: &Ident) -> bool {
    name.to_string().starts_with(char::is_uppercase)
}
