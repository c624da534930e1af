//! Documentation and attributes of statements. Documentation of a layer stands on its field; a graph has no attributes.

use crate::diagnostics::Diagnostics;
use nn_core::Code;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::{Attribute, Expr, Lit, Meta};

/// The lines of documentation before a statement, and the rest of it. Other attributes are reported.
pub(super) fn taken(tokens: Vec<TokenTree>, diagnostics: &mut Diagnostics) -> (Vec<String>, Vec<TokenTree>) {
    let (mut docs, mut at, mut reported) = (Vec::new(), 0, false);
    while let Some(group) = attribute(&tokens[at..]) {
        match line(group) {
            Some(doc) => docs.push(doc),
            None if reported => {}
            None => {
                reported = true;
                refuse(&tokens[at..at + 2], group, diagnostics);
            }
        }
        at += 2;
    }
    (docs, tokens.into_iter().skip(at).collect())
}

/// A statement without the attributes before it.
pub(super) fn behind(tokens: &[TokenTree]) -> &[TokenTree] {
    let mut at = 0;
    while attribute(&tokens[at..]).is_some() {
        at += 2;
    }
    &tokens[at..]
}

/// Reports the first attribute or line of documentation within a statement; whether there is one.
pub(super) fn inside(tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    for (i, token) in tokens.iter().enumerate() {
        if let Some(group) = attribute(&tokens[i..]) {
            match line(group) {
                Some(_) => {
                    let part: TokenStream = tokens[i..i + 2].iter().cloned().collect();
                    diagnostics
                        .error(Code::Attribute, &part, "documentation stands before a `let`, and not within it")
                        .help("a comment begins with `//`");
                }
                None => refuse(&tokens[i..i + 2], group, diagnostics),
            }
            return true;
        }
        if let TokenTree::Group(group) = token
            && group.delimiter() != Delimiter::Brace
            && inside(&group.stream().into_iter().collect::<Vec<_>>(), diagnostics)
        {
            return true;
        }
    }
    false
}

/// Reports documentation on the end of a graph.
pub(super) fn on_the_end(docs: &[String], name: &Ident, tail: &TokenStream, diagnostics: &mut Diagnostics) {
    if !docs.is_empty() {
        diagnostics
            .error(Code::Attribute, tail, "documentation of a model does not stand on its `Model(..)`")
            .help(format!("write it on `struct {name};`, or begin it with `//`"));
    }
}

/// The attribute that begins here.
fn attribute(tokens: &[TokenTree]) -> Option<&Group> {
    match tokens {
        [TokenTree::Punct(hash), TokenTree::Group(group), ..]
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            let word = group.stream().into_iter().next();
            matches!(word, Some(TokenTree::Ident(_))).then_some(group)
        }
        _ => None,
    }
}

/// The text of a line of documentation.
fn line(group: &Group) -> Option<String> {
    let meta: Meta = syn::parse2(group.stream()).ok()?;
    doc(&meta)
}

fn doc(meta: &Meta) -> Option<String> {
    match meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The lines of documentation among the attributes of a statement in a template; the others are reported.
pub(crate) fn docs(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut docs = Vec::new();
    for attribute in attributes {
        match doc(&attribute.meta) {
            Some(line) => docs.push(line),
            None => {
                let name = attribute.path().segments.last().map_or_else(String::new, |last| last.ident.to_string());
                report(attribute, &name, diagnostics);
            }
        }
    }
    docs
}

fn refuse(tokens: &[TokenTree], group: &Group, diagnostics: &mut Diagnostics) {
    let name = group.stream().into_iter().next().map_or_else(String::new, |word| word.to_string());
    let tokens: TokenStream = tokens.iter().cloned().collect();
    report(&tokens, &name, diagnostics);
}

fn report(place: &impl quote::ToTokens, name: &str, diagnostics: &mut Diagnostics) {
    let message = format!("`#[{name}]` cannot stand in a graph");
    let error = diagnostics.error(Code::Attribute, place, message);
    match name {
        "cfg" | "cfg_attr" => error.help("write two models, and `#[cfg(..)]` on the struct of each"),
        "allow" | "expect" | "warn" | "deny" | "forbid" => {
            error.help("write it on the struct, where it holds for the whole model")
        }
        _ => error.help("attributes stand on the struct"),
    };
}
