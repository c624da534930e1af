//! Splits the body of a graph into statements, even if one of them is only half written.

use crate::diagnostics::Diagnostics;
use nn_core::Code;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Splits at semicolons; the second part follows the last one. A missing parenthesis is reported. The next statement
/// then begins at its `let`, or at the final `Model`.
pub(super) fn statements(body: TokenStream, diagnostics: &mut Diagnostics) -> (Vec<TokenStream>, TokenStream) {
    let (mut done, mut current): (Vec<TokenStream>, Vec<TokenTree>) = (Vec::new(), Vec::new());
    let mut tokens: Vec<TokenTree> = body.into_iter().collect();
    tokens.reverse();
    while let Some(token) = tokens.pop() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => done.push(current.drain(..).collect()),
            TokenTree::Group(group) => match swallowed(&group) {
                None => current.push(TokenTree::Group(group)),
                Some((inside, rest)) => {
                    let closing = if group.delimiter() == Delimiter::Bracket { "]" } else { ")" };
                    diagnostics.error_at(Code::Syntax, rest[0].span(), format!("expected `{closing}` before this"));
                    let mut closed = Group::new(group.delimiter(), inside);
                    closed.set_span(group.span());
                    current.push(TokenTree::Group(closed));
                    done.push(current.drain(..).collect());
                    tokens.extend(rest.into_iter().rev());
                }
            },
            token => {
                // In `let x =` before another statement, the unfinished value is an error of its own.
                let unfinished = matches!(current.last(), Some(TokenTree::Punct(_)));
                if unfinished && matches!(&token, TokenTree::Ident(word) if word == "let") {
                    done.push(current.drain(..).collect());
                }
                current.push(token);
            }
        }
    }
    (done, current.into_iter().collect())
}

/// Whether a statement begins at this token, after `last` and before `next`: a `let`, or a `Model(..)` that is not part
/// of an expression.
fn begins(last: &TokenTree, token: &TokenTree, next: Option<&TokenTree>) -> bool {
    let TokenTree::Ident(word) = token else { return false };
    let call = matches!(next, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
    let complete = match last {
        TokenTree::Ident(before) => before != "let",
        TokenTree::Group(_) | TokenTree::Literal(_) => true,
        TokenTree::Punct(_) => false,
    };
    word == "let" || complete && call && (word == "Model" || word == "Sequential")
}

/// The contents of an unclosed group and the statements that it swallowed. An editor closes such a group at the end of
/// the graph.
fn swallowed(group: &Group) -> Option<(TokenStream, Vec<TokenTree>)> {
    if !matches!(group.delimiter(), Delimiter::Parenthesis | Delimiter::Bracket) {
        return None;
    }
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        let starts = match (token, i.checked_sub(1)) {
            (TokenTree::Ident(word), None) => word == "let",
            (token, Some(before)) => begins(&tokens[before], token, tokens.get(i + 1)),
            _ => false,
        };
        if starts {
            let inside = tokens[..i].iter().filter(|token| token.to_string() != ";").cloned().collect();
            return Some((inside, tokens[i..].to_vec()));
        }
        if let TokenTree::Group(inner) = token
            && let Some((inside, mut rest)) = swallowed(inner)
        {
            let mut closed = Group::new(inner.delimiter(), inside);
            closed.set_span(inner.span());
            let inside = tokens[..i].iter().cloned().chain([TokenTree::Group(closed)]).collect();
            rest.extend_from_slice(&tokens[i + 1..]);
            return Some((inside, rest));
        }
    }
    None
}
