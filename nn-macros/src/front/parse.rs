//! Tokens to syntax. Only the grammar is checked here. A statement that does not parse costs only itself.

mod split;

use crate::diagnostics::Diagnostics;
use crate::front::depth::is_too_deep;
use crate::front::python;
use crate::source::is_reserved;
use nn_core::Code;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Expr, Ident, Pat, Token, Visibility};

/// The input of `model!`, as written.
pub(crate) struct Syntax {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) lets: Vec<Let>,
    /// The final `Model(..)` or `Sequential(..)`; `None` if it is missing or does not parse.
    pub(crate) tail: Option<Expr>,
    /// The path of the library from `#[nn(crate = ..)]`.
    pub(crate) library: Option<TokenStream>,
    /// Whether `#[nn(no_implicit_prelude)]` is on the struct: names such as `diagnostic` then mean nothing.
    pub(crate) no_prelude: bool,
    /// Whether `#[nn(profile)]` asks for the method `profile`.
    pub(crate) profile: bool,
}

impl Syntax {
    /// A struct without a graph.
    pub(crate) fn new(attributes: Vec<Attribute>, visibility: Visibility, name: Ident) -> Self {
        let (lets, tail, library) = (Vec::new(), None, None);
        Syntax { attributes, visibility, name, lets, tail, library, no_prelude: false, profile: false }
    }
}

/// `let name = value;`
pub(crate) struct Let {
    /// One name, or the names of a tuple pattern.
    pub(crate) names: Vec<Ident>,
    /// `None` if it did not parse.
    pub(crate) value: Option<Expr>,
    /// The tokens of a statement that did not parse.
    pub(crate) unparsed: TokenStream,
}

/// Parses the whole input; `None` if there is not even a struct to write.
pub(crate) fn parse(input: TokenStream, diagnostics: &mut Diagnostics) -> Option<Syntax> {
    let mut tokens: Vec<TokenTree> = input.into_iter().collect();
    let semicolon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    let graph = tokens.split_off(tokens.iter().position(semicolon).map_or(tokens.len(), |at| at + 1));
    let (mut input, graph): (TokenStream, TokenStream) = (tokens.into_iter().collect(), graph.into_iter().collect());
    if is_too_deep(&input, diagnostics) {
        return None;
    }
    let deep = is_too_deep(&graph, diagnostics);
    if !deep {
        input.extend(graph);
    }
    let head = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![struct]>()?;
        let name: Ident = input.parse()?;
        let mut semicolon = input.parse::<Token![;]>().err();
        // The meaning of `struct Digits { .. }` and `struct Digits(..);` is clear enough.
        if semicolon.is_some() && (input.peek(syn::token::Brace) || input.peek(syn::token::Paren)) {
            let group: TokenTree = input.parse()?;
            semicolon = Some(syn::Error::new(group.span(), "expected `;`"));
            let _ = input.parse::<Option<Token![;]>>()?;
        }
        Ok((attributes, visibility, name, semicolon, input.parse::<TokenStream>()?))
    };
    let (attributes, visibility, name, semicolon, body) = match head.parse2(input) {
        Ok(parts) => parts,
        Err(error) => {
            diagnostics
                .error_at(Code::NoStruct, error.span(), error.to_string())
                .help("a model starts with its struct: `model! { pub struct Digits; let x = Input(shape = [64]); … }`");
            return None;
        }
    };
    if let Some(error) = semicolon {
        diagnostics
            .error_at(Code::NoStruct, error.span(), error.to_string())
            .help(format!("the struct has no fields of its own: `struct {name};`, and then the graph"));
    }
    let mut syntax = Syntax::new(attributes, visibility, name);
    if deep {
        return Some(syntax);
    }
    let (statements, last) = split::statements(body, diagnostics);
    for statement in statements {
        parse_statement(statement, &mut syntax, diagnostics);
    }
    if !last.is_empty() {
        parse_last(last, &mut syntax, diagnostics);
    } else if syntax.tail.is_none() {
        // A stray semicolon after `Model(..)` made it a statement.
        let name = syntax.name.clone();
        diagnostics.error(Code::NoEnd, &name, format!("the graph of `{name}` has no `Model(..)` at its end")).help(
            "end the graph with `Model(inputs = .., outputs = ..)`, without a semicolon, or write `Sequential([..])`",
        );
    }
    Some(syntax)
}

/// Parses the end of the graph, or an unfinished statement.
fn parse_last(last: TokenStream, syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    if starts_with_let(&last) || syntax.tail.is_some() {
        let ends = syntax.tail.is_some();
        parse_statement(last.clone(), syntax, diagnostics);
        if !ends && syntax.tail.is_none() {
            let end: TokenStream = last.into_iter().last().into_iter().collect();
            diagnostics
                .error(Code::NoEnd, &end, "the graph ends here, without `Model(..)`")
                .help("end the graph with `Model(inputs = .., outputs = ..)`");
        }
        return;
    }
    if python::report(&last, diagnostics) {
        return;
    }
    match syn::parse2::<Expr>(last.clone()) {
        Ok(tail) => syntax.tail = Some(tail),
        Err(error) => {
            diagnostics.syntax(error);
            syntax.lets.push(unparsed(last));
        }
    }
}

fn starts_with_let(statement: &TokenStream) -> bool {
    matches!(statement.clone().into_iter().next(), Some(TokenTree::Ident(word)) if word == "let")
}

fn parse_statement(statement: TokenStream, syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    if statement.is_empty() {
        return;
    }
    if python::report(&statement, diagnostics) {
        syntax.lets.push(unparsed(statement));
        return;
    }
    if !starts_with_let(&statement) {
        return parse_other(statement, syntax, diagnostics);
    }
    match syn::parse2::<LetParts>(statement.clone()) {
        Ok(parts) => {
            match names(&parts.pattern) {
                Some(names) => syntax.lets.push(Let { names, value: Some(parts.value), unparsed: TokenStream::new() }),
                None => {
                    diagnostics
                        .error(Code::NotAName, &parts.pattern, "expected a name or a tuple of names")
                        .help("`let x = ..;`, or `let (a, b) = ..;` for a model with several outputs");
                    // As below: later uses of the names are not errors of their own.
                    let names = parts.pattern.to_token_stream().into_iter().flat_map(idents).collect();
                    syntax.lets.push(Let { names, value: None, unparsed: parts.value.to_token_stream() });
                }
            }
            if let Some(next) = parts.rest.clone().into_iter().next() {
                diagnostics
                    .error(Code::Syntax, &next, format!("expected `;` before `{next}`"))
                    .help("every statement of a graph ends with a semicolon");
                parse_statement(parts.rest, syntax, diagnostics);
            }
        }
        Err(error) => {
            diagnostics.syntax(error);
            // The names are still bound, so later uses are not errors of their own.
            syntax.lets.push(unparsed(statement));
        }
    }
}

/// Parses a statement without `let`: the end of the graph, or a `let` in another spelling.
fn parse_other(statement: TokenStream, syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    if let Some(help) = python::method(&statement) {
        diagnostics.error(Code::NotALet, &statement, "a graph is made of `let` statements").help(help);
        return;
    }
    match syn::parse2::<Expr>(statement.clone()) {
        Ok(expr) if is_end(&expr) => syntax.tail = Some(expr),
        // Python's `x = Dense(64)(x)`: the meaning is clear.
        Ok(Expr::Assign(assign)) => {
            let written = assign.left.to_token_stream();
            diagnostics
                .error(Code::NotALet, &written, "expected a `let` statement")
                .help(format!("write `let {written} = ..;`, also where the name had another meaning before"));
            let names: Vec<Ident> = written.into_iter().flat_map(idents).collect();
            let value = Some(*assign.right).filter(|_| !names.is_empty());
            syntax.lets.push(Let { names, value, unparsed: TokenStream::new() });
        }
        _ => {
            diagnostics
                .error(Code::NotALet, &statement, "expected a `let` statement")
                .help("bind every tensor and layer to a name: `let x = Dense(64)(pixels);`");
            syntax.lets.push(unparsed(statement));
        }
    }
}

/// A statement that does not parse. It keeps the names it binds, so later uses are not errors of their own.
fn unparsed(statement: TokenStream) -> Let {
    let mut rest = statement.clone().into_iter();
    if rest.any(|token| token.to_string() == "=") || starts_with_let(&statement) {
        Let { names: bound_names(statement), value: None, unparsed: rest.collect() }
    } else {
        Let { names: Vec::new(), value: None, unparsed: statement }
    }
}

/// The names that a statement visibly binds.
fn bound_names(statement: TokenStream) -> Vec<Ident> {
    let tokens = statement.into_iter().take_while(|token| token.to_string() != "=");
    tokens.flat_map(idents).filter(|name| name != "let").collect()
}

fn idents(token: TokenTree) -> Vec<Ident> {
    match token {
        TokenTree::Ident(name) => vec![name],
        TokenTree::Group(group) => group.stream().into_iter().filter_map(ident).collect(),
        _ => Vec::new(),
    }
}

fn ident(token: TokenTree) -> Option<Ident> {
    match token {
        TokenTree::Ident(name) => Some(name),
        _ => None,
    }
}

/// Whether an expression is `Model(..)` or `Sequential(..)`.
fn is_end(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if matches!(call.func.to_token_stream().to_string().as_str(), "Model" | "Sequential"))
}

/// The names of a pattern: one, or the names of a tuple.
pub(crate) fn names(pattern: &Pat) -> Option<Vec<Ident>> {
    match pattern {
        Pat::Ident(name) if is_reserved(&name.ident.to_string()) => None,
        Pat::Ident(name) if name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none() => {
            Some(vec![name.ident.clone()])
        }
        Pat::Wild(wild) => Some(vec![Ident::new("_unused", wild.underscore_token.span)]),
        Pat::Tuple(tuple) if !tuple.elems.is_empty() => tuple.elems.iter().map(single).collect(),
        Pat::Slice(slice) if !slice.elems.is_empty() => slice.elems.iter().map(single).collect(),
        Pat::Paren(inner) => names(&inner.pat),
        _ => None,
    }
}

fn single(pattern: &Pat) -> Option<Ident> {
    let mut names = names(pattern)?;
    if names.len() == 1 { names.pop() } else { None }
}

struct LetParts {
    pattern: Pat,
    value: Expr,
    /// The tokens after the value, if a semicolon is missing.
    rest: TokenStream,
}

impl Parse for LetParts {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![let]>()?;
        let pattern = Pat::parse_single(input)?;
        input.parse::<Token![=]>()?;
        Ok(LetParts { pattern, value: input.parse()?, rest: input.parse()? })
    }
}

/// A name in generated code, with the span of its origin.
pub(crate) fn ident_at(name: &str, span: Span) -> Ident {
    match syn::parse_str::<Ident>(name) {
        Ok(mut ident) => {
            ident.set_span(span);
            ident
        }
        Err(_) if is_reserved(name) => Ident::new(&format!("{name}_"), span),
        Err(_) => Ident::new_raw(name, span),
    }
}
