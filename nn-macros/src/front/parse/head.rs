//! The first line of a model: attributes, visibility, and `struct Name;`.

use crate::diagnostics::Diagnostics;
use crate::source::is_reserved;
use nn_core::Code;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Token, Visibility};

/// A struct, and the graph behind it.
pub(super) struct Head {
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) name: Ident,
    pub(super) body: Vec<TokenTree>,
}

const EXAMPLE: &str = "a model starts with its struct: `model! { pub struct Digits; let x = Input(shape = [64]); … }`";

/// Items that are written in the place of the struct.
const ITEMS: &[&str] = &["enum", "union", "fn", "mod", "type", "trait", "impl", "class", "const", "static"];

/// Parses the head; `None` if there is not even a name. Whatever is wrong is one error.
pub(super) fn head(input: TokenStream, diagnostics: &mut Diagnostics) -> Option<Head> {
    let start = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        let wrong = item(input);
        if wrong.is_none() {
            input.parse::<Token![struct]>()?;
        }
        let name: Ident = input.parse()?;
        Ok((attributes, visibility, wrong, name, input.parse::<TokenStream>()?))
    };
    let (attributes, visibility, wrong, name, rest) = match start.parse2(input) {
        Ok(parts) => parts,
        Err(error) => {
            diagnostics.error_at(Code::NoStruct, error.span(), error.to_string()).help(EXAMPLE);
            return None;
        }
    };
    let rest: Vec<TokenTree> = rest.into_iter().collect();
    let body = match wrong {
        Some(word) => {
            let message = format!("a model is a struct, but this is `{word}`");
            let error = diagnostics.error(Code::NoStruct, &word, message);
            if !name.to_string().starts_with(char::is_uppercase) || is_reserved(&name.to_string()) {
                error.help(EXAMPLE);
                return None;
            }
            error.help(format!("write `struct {name};`, and then the graph"));
            behind(rest)
        }
        None => behind_name(&name, rest, diagnostics),
    };
    Some(Head { attributes, visibility, name, body })
}

/// The word of another item, if it is one with a name.
fn item(input: ParseStream<'_>) -> Option<Ident> {
    let ahead = input.fork();
    let word = ahead.call(syn::ext::IdentExt::parse_any).ok()?;
    let found: Ident = word;
    if !ITEMS.contains(&found.to_string().as_str()) || !ahead.peek(syn::Ident) {
        return None;
    }
    input.call(syn::ext::IdentExt::parse_any).ok()
}

/// The graph behind `struct Name`.
fn behind_name(name: &Ident, rest: Vec<TokenTree>, diagnostics: &mut Diagnostics) -> Vec<TokenTree> {
    match rest.first() {
        Some(token) if is_punct(token, ';') => return rest.into_iter().skip(1).collect(),
        Some(token) if is_punct(token, '<') || matches!(token, TokenTree::Ident(word) if word == "where") => {
            let until =
                rest.iter().position(|token| is_punct(token, ';') || is_word(token, "let")).unwrap_or(rest.len());
            let generics: TokenStream = rest[..until].iter().cloned().collect();
            let error = diagnostics.error(Code::NoStruct, &generics, "a model has no generics");
            error
                .help(format!(
                    "let a macro take the sizes: `macro_rules! net {{ ($name:ident, $n:expr) => {{ model! {{ pub struct $name; \
                     let x = Input(shape = [$n]); … }} }} }}`, and write `net!({name}, 64);`"
                ))
                .note(format!("the type of the numbers is given where the model is used: `{name}`, or `{name}<f64>`"));
            return behind(rest);
        }
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => {
            let is_graph = |token: &TokenTree| is_punct(token, ';') || is_word(token, "let");
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            if group.delimiter() == Delimiter::Brace && inside.iter().any(is_graph) {
                diagnostics
                    .error_at(Code::NoStruct, group.span_open(), "the graph stands behind the struct, and not in it")
                    .help(format!("write `struct {name};`, and then the graph without braces"));
                return inside;
            }
            diagnostics
                .error_at(Code::NoStruct, group.span(), "expected `;`")
                .help(format!("the struct has no fields of its own: `struct {name};`, and then the graph"));
            return behind(rest);
        }
        Some(token) => {
            diagnostics
                .error_at(Code::NoStruct, token.span(), format!("expected `;` after `struct {name}`"))
                .help(format!("write `struct {name};`, and then the graph"));
        }
        None => {
            diagnostics
                .error_at(Code::NoStruct, name.span(), format!("expected `;` and a graph after `struct {name}`"))
                .help(EXAMPLE);
        }
    }
    rest
}

/// The tokens behind the next semicolon, or behind the braces or the parentheses before it.
fn behind(rest: Vec<TokenTree>) -> Vec<TokenTree> {
    let ends = |token: &TokenTree| {
        is_punct(token, ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
    };
    let at = rest.iter().position(|token| ends(token) || is_word(token, "let")).unwrap_or(rest.len());
    let end = if rest.get(at).is_some_and(|token| is_word(token, "let")) { at } else { at + 1 };
    let mut body: Vec<TokenTree> = rest.into_iter().skip(end).collect();
    if body.first().is_some_and(|token| is_punct(token, ';')) {
        body.remove(0);
    }
    body
}

fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}

fn is_word(token: &TokenTree, text: &str) -> bool {
    matches!(token, TokenTree::Ident(word) if word == text)
}
