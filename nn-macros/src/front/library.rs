//! The path of the library, for a crate that has it under another name: `#[nn(crate = path)]`.
//!
//! The expansion is written with `::nn::`; at the end the given path replaces it. So a graph may also name items of the
//! library by `::nn::`.

use proc_macro2::{Group, Ident, Literal, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{LitStr, Path};

const LINK: &str = "](::nn::";

/// Parses `path`, or `"path"` as in attributes of other crates.
pub(crate) fn path(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let path = match input.peek(LitStr) {
        true => input.parse::<LitStr>()?.parse_with(Path::parse_mod_style)?,
        false => input.call(Path::parse_mod_style)?,
    };
    Ok(path.into_token_stream())
}

/// Replaces `::nn` by the path.
pub(crate) fn moved(tokens: TokenStream, path: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut done: Vec<TokenTree> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at..] {
            [first, second, TokenTree::Ident(name), third, ..]
                if name == "nn"
                    && is_joint_colon(first)
                    && is_colon(second)
                    && is_joint_colon(third)
                    && done.last().is_none_or(may_come_before_a_path) =>
            {
                done.extend(path.clone().into_iter().map(|token| spanned(token, name.span())));
                at += 3;
            }
            [TokenTree::Group(group), ..] => {
                let mut moved = Group::new(group.delimiter(), moved(group.stream(), path));
                moved.set_span(group.span());
                done.push(moved.into());
                at += 1;
            }
            // A link in documentation.
            [TokenTree::Literal(literal), ..] if literal.to_string().contains(LINK) => {
                let link = format!("]({}::", path.to_string().replace(' ', ""));
                let text = literal.to_string().replace(LINK, &link);
                let mut moved: Literal = text.parse().unwrap_or_else(|_| literal.clone());
                moved.set_span(literal.span());
                done.push(moved.into());
                at += 1;
            }
            [token, ..] => {
                done.push(token.clone());
                at += 1;
            }
            [] => break,
        }
    }
    done.into_iter().collect()
}

fn spanned(mut token: TokenTree, span: Span) -> TokenTree {
    token.set_span(span);
    token
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}

fn is_joint_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint)
}

/// Whether a path may begin after this token: `a::nn::b` is another path, but after a keyword one begins.
fn may_come_before_a_path(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(word) => !is_name(word),
        _ => true,
    }
}

fn is_name(word: &Ident) -> bool {
    let text = word.to_string();
    matches!(text.as_str(), "self" | "Self" | "super" | "crate") || syn::parse_str::<Ident>(&text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn paths_of_the_library_are_moved() {
        let tokens = quote! {
            use ::nn::{Layer, layers::Dense};
            impl<T: ::nn::Scalar> ::nn::Weights<T> for a::nn::B where crate::nn::C: ::nn::Layer<T> {}
            const X: &[::nn::Shape] = &[<D as ::nn::Model>::X, ::nn ::f()];
        };
        let moved = moved(tokens, &quote!(crate::lib::nn)).to_string();
        let expected = quote! {
            use crate::lib::nn::{Layer, layers::Dense};
            impl<T: crate::lib::nn::Scalar> crate::lib::nn::Weights<T> for a::nn::B where crate::nn::C: crate::lib::nn::Layer<T> {}
            const X: &[crate::lib::nn::Shape] = &[<D as crate::lib::nn::Model>::X, crate::lib::nn::f()];
        };
        assert_eq!(moved, expected.to_string());
    }
}
