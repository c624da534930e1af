//! Models that are called as a type parameter of the expansion: `T` or `B`.
//!
//! The graph is expanded with another name for it. In the end the parameter gets another name, and the model its own.

use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};

/// The type parameters of an expansion that has the model's name in it.
const PARAMETERS: &[&str] = &["B", "E", "T"];
/// What stands before the name meanwhile. No name of a user's begins with it.
const STAND_IN: &str = "NnIsCalled";

/// The input with another name for a model that is called as a parameter, and that parameter.
pub(crate) fn renamed(input: TokenStream) -> (TokenStream, Option<String>) {
    let mut tokens =
        input.clone().into_iter().skip_while(|token| !matches!(token, TokenTree::Ident(word) if word == "struct"));
    match (tokens.next(), tokens.next()) {
        (Some(_), Some(TokenTree::Ident(name))) if PARAMETERS.contains(&name.to_string().as_str()) => {
            let name = name.to_string();
            let rename = |word: &Ident| (*word == name).then(|| format!("{STAND_IN}{name}"));
            (each(input, &rename, &|_| None), Some(name))
        }
        _ => (input, None),
    }
}

/// The expansion with another name for the parameter, and the model's own.
pub(crate) fn restored(items: TokenStream, parameter: &str) -> TokenStream {
    let ident = |word: &Ident| {
        let text = word.to_string();
        match text.strip_prefix(STAND_IN) {
            Some(own) => Some(own.to_string()),
            None => (text == parameter).then(|| format!("{parameter}_")),
        }
    };
    let literal = |literal: &Literal| {
        let text = literal.to_string();
        text.contains(STAND_IN).then(|| text.replace(STAND_IN, ""))
    };
    each(items, &ident, &literal)
}

fn each(
    tokens: TokenStream,
    ident: &dyn Fn(&Ident) -> Option<String>,
    literal: &dyn Fn(&Literal) -> Option<String>,
) -> TokenStream {
    let tokens = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut done = Group::new(group.delimiter(), each(group.stream(), ident, literal));
            done.set_span(group.span());
            done.into()
        }
        TokenTree::Ident(word) => {
            ident(&word).map_or_else(|| word.clone().into(), |text| Ident::new(&text, word.span()).into())
        }
        TokenTree::Literal(text) => match literal(&text).and_then(|text| text.parse::<Literal>().ok()) {
            Some(mut done) => {
                done.set_span(text.span());
                done.into()
            }
            None => text.into(),
        },
        other => other,
    });
    tokens.collect()
}
