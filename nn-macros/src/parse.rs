//! Tokens to syntax. Nothing is judged here but the grammar; a statement that does not parse costs only itself.

use crate::diagnostics::Diagnostics;
use nn_core::Code;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Expr, Ident, Pat, Token, Visibility};

/// `model!`'s input as it was written.
pub(crate) struct Syntax {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) lets: Vec<Let>,
    /// The final `Model(..)` or `Sequential(..)`; `None` if it is missing or does not parse.
    pub(crate) tail: Option<Expr>,
}

/// `let name = value;`
pub(crate) struct Let {
    /// One name, or those of a tuple pattern.
    pub(crate) names: Vec<Ident>,
    /// `None` if it did not parse.
    pub(crate) value: Option<Expr>,
}

/// Parses the whole input; `None` if there is not even a struct to write.
pub(crate) fn parse(input: TokenStream, diagnostics: &mut Diagnostics) -> Option<Syntax> {
    let head = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![struct]>()?;
        let name: Ident = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok((attributes, visibility, name, input.parse::<TokenStream>()?))
    };
    let (attributes, visibility, name, body) = match head.parse2(input) {
        Ok(parts) => parts,
        Err(error) => {
            diagnostics
                .error_at(Code::NoStruct, error.span(), error.to_string())
                .help("a model starts with its struct: `model! { pub struct Digits; let x = Input(shape = [64]); … }`");
            return None;
        }
    };
    let mut syntax = Syntax { attributes, visibility, name, lets: Vec::new(), tail: None };
    let (statements, last) = statements(body);
    for statement in statements {
        parse_let(statement, &mut syntax, diagnostics);
    }
    if last.is_empty() {
        // `Model(..);` with a semicolon too many was parsed as a statement.
        if syntax.tail.is_none() {
            let name = syntax.name.clone();
            diagnostics.error(Code::NoEnd, &name, format!("the graph of `{name}` has no `Model(..)` at its end")).help(
                "end the graph with `Model(inputs = .., outputs = ..)`, without a semicolon, or write `Sequential([..])`",
            );
        }
    } else {
        match syn::parse2::<Expr>(last) {
            Ok(tail) => syntax.tail = Some(tail),
            Err(error) => diagnostics.syntax(error),
        }
    }
    Some(syntax)
}

/// Splits at semicolons; the second part is what follows the last one.
fn statements(body: TokenStream) -> (Vec<TokenStream>, TokenStream) {
    let (mut done, mut current) = (Vec::new(), Vec::new());
    for token in body {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                done.push(current.drain(..).collect());
            }
            _ => current.push(token),
        }
    }
    (done, current.into_iter().collect())
}

fn parse_let(statement: TokenStream, syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    if statement.is_empty() {
        return;
    }
    if !matches!(statement.clone().into_iter().next(), Some(TokenTree::Ident(word)) if word == "let") {
        match syn::parse2::<Expr>(statement.clone()) {
            Ok(expr) if is_end(&expr) => {
                syntax.tail = Some(expr);
            }
            _ => {
                diagnostics
                    .error(Code::NotALet, &statement, "expected a `let` statement")
                    .help("bind every tensor and layer to a name: `let x = Dense(64)(pixels);`");
            }
        }
        return;
    }
    match syn::parse2::<LetParts>(statement.clone()) {
        Ok(parts) => match names(&parts.pattern) {
            Some(names) => syntax.lets.push(Let { names, value: Some(parts.value) }),
            None => {
                diagnostics
                    .error(Code::NotAName, &parts.pattern, "expected a name or a tuple of names")
                    .help("`let x = ..;`, or `let (a, b) = ..;` for a model with several outputs");
                // As below: using the names later is no error of its own.
                let names = parts.pattern.to_token_stream().into_iter().filter_map(ident).collect();
                syntax.lets.push(Let { names, value: None });
            }
        },
        Err(error) => {
            diagnostics.syntax(error);
            // The names are known all the same: using them later is no error of its own.
            let idents = statement.into_iter().skip(1).take_while(|token| token.to_string() != "=");
            let names = idents.flat_map(|token| match token {
                TokenTree::Ident(name) => vec![name],
                TokenTree::Group(group) => group.stream().into_iter().filter_map(ident).collect(),
                _ => Vec::new(),
            });
            syntax.lets.push(Let { names: names.collect(), value: None });
        }
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

/// The names of a pattern: one, or those of a tuple.
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
}

impl Parse for LetParts {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![let]>()?;
        let pattern = Pat::parse_single(input)?;
        input.parse::<Token![=]>()?;
        Ok(LetParts { pattern, value: input.parse()? })
    }
}

/// Words that cannot be names, not even as `r#self`.
pub(crate) fn is_reserved(name: &str) -> bool {
    matches!(name, "self" | "Self" | "super" | "crate" | "_")
}

/// A name in generated code, with the span of what it comes from.
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
