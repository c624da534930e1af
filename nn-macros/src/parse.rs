//! Tokens to syntax. Nothing is judged here but the grammar; a statement that does not parse costs only itself.

mod split;

use crate::diagnostics::Diagnostics;
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
    /// What did not parse.
    pub(crate) unparsed: TokenStream,
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
                .error_at(error.span(), error.to_string())
                .help("a model starts with its struct: `model! { pub struct Digits; let x = Input(shape = [64]); … }`");
            return None;
        }
    };
    let mut syntax = Syntax { attributes, visibility, name, lets: Vec::new(), tail: None };
    let (mut statements, mut last) = split::statements(body, diagnostics);
    if starts_with_let(&last) {
        // The last statement of a graph whose end is not written yet.
        statements.push(std::mem::take(&mut last));
    }
    for statement in statements {
        parse_let(statement, &mut syntax, diagnostics);
    }
    if last.is_empty() {
        // `Model(..);` with a semicolon too many was parsed as a statement.
        if syntax.tail.is_none() {
            let name = syntax.name.clone();
            diagnostics.error(&name, format!("the graph of `{name}` has no `Model(..)` at its end")).help(
                "end the graph with `Model(inputs = .., outputs = ..)`, without a semicolon, or write `Sequential([..])`",
            );
        }
    } else {
        match syn::parse2::<Expr>(last.clone()) {
            Ok(tail) => syntax.tail = Some(tail),
            Err(error) => {
                diagnostics.syntax(error);
                syntax.lets.push(Let { names: Vec::new(), value: None, unparsed: last });
            }
        }
    }
    Some(syntax)
}

fn parse_let(statement: TokenStream, syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    if statement.is_empty() {
        return;
    }
    if !starts_with_let(&statement) {
        match syn::parse2::<Expr>(statement.clone()) {
            Ok(expr) if is_end(&expr) => {
                syntax.tail = Some(expr);
            }
            _ => {
                diagnostics
                    .error(&statement, "expected a `let` statement")
                    .help("bind every tensor and layer to a name: `let x = Dense(64)(pixels);`");
                syntax.lets.push(Let { names: Vec::new(), value: None, unparsed: statement });
            }
        }
        return;
    }
    match syn::parse2::<LetParts>(statement.clone()) {
        Ok(parts) => match names(&parts.pattern) {
            Some(names) => syntax.lets.push(Let { names, value: Some(parts.value), unparsed: TokenStream::new() }),
            None => {
                diagnostics
                    .error(&parts.pattern, "expected a name or a tuple of names")
                    .help("`let x = ..;`, or `let (a, b) = ..;` for a model with several outputs");
                // As below: using the names later is no error of its own.
                let names = parts.pattern.to_token_stream().into_iter().filter_map(ident).collect();
                let unparsed = parts.value.to_token_stream();
                syntax.lets.push(Let { names, value: None, unparsed });
            }
        },
        Err(error) => {
            diagnostics.syntax(error);
            // The names are known all the same: using them later is no error of its own.
            let mut rest = statement.into_iter().skip(1);
            let idents = rest.by_ref().take_while(|token| token.to_string() != "=");
            let names = idents.flat_map(|token| match token {
                TokenTree::Ident(name) => vec![name],
                TokenTree::Group(group) => group.stream().into_iter().filter_map(ident).collect(),
                _ => Vec::new(),
            });
            let names = names.collect();
            syntax.lets.push(Let { names, value: None, unparsed: rest.collect() });
        }
    }
}

fn starts_with_let(statement: &TokenStream) -> bool {
    matches!(statement.clone().into_iter().next(), Some(TokenTree::Ident(word)) if word == "let")
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
