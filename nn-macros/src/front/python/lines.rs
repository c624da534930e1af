//! The lines of a graph that was pasted from Python.

use super::translate::inside;
use super::{METHODS, is_module, is_punct};
use crate::front::control;
use proc_macro2::{Delimiter, TokenTree};

/// The kind of a statement in Python.
pub(super) enum Line {
    /// `x = Dense(64)(x)`, with the place of its `=`.
    Assign(usize),
    /// `from keras import layers`
    Import,
    /// `model.compile(..)` or `print(..)`
    Call,
    Other,
}

pub(super) fn line(tokens: &[TokenTree]) -> Line {
    let word = |i: usize| match tokens.get(i) {
        Some(TokenTree::Ident(word)) => word.to_string(),
        _ => String::new(),
    };
    match word(0).as_str() {
        "let" => return Line::Other,
        "import" | "from" if !word(1).is_empty() => return Line::Import,
        "return" => return Line::Other,
        _ => {}
    }
    if let Some(at) = assigns(tokens) {
        return if trains(&tokens[at + 1..]) { Line::Call } else { Line::Assign(at) };
    }
    // A path with points, and a call.
    let path = tokens.iter().take_while(|token| matches!(token, TokenTree::Ident(_)) || is_punct(token, '.')).count();
    let called = matches!(&tokens[path..], [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis);
    let is_method = path >= 3 && METHODS.contains(&word(path - 1).as_str());
    let is_call = is_method || word(0) == "print" || path >= 3 && !is_model(tokens);
    if called && is_call { Line::Call } else { Line::Other }
}

/// Whether a statement is a whole model of Python: `nn.Sequential(..)`.
pub(super) fn is_model(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Ident(module), dot, .., TokenTree::Ident(word), TokenTree::Group(_)] = tokens else { return false };
    is_module(module) && is_punct(dot, '.') && (word == "Sequential" || word == "Model")
}

/// Whether a statement decides which layers a graph has.
pub(super) fn is_partial(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Ident(word), ..] if word != "return" && control::is_statement(&word.to_string()) => true,
        [.., dot, TokenTree::Ident(method), TokenTree::Group(_)] => is_punct(dot, '.') && method == "pop",
        _ => false,
    }
}

/// Whether this is a call on a model that is no part of a graph: the right side of `history = model.fit(..)`.
fn trains(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Ident(_), dot, TokenTree::Ident(method), TokenTree::Group(_)] = tokens else { return false };
    is_punct(dot, '.') && method != "add" && METHODS.contains(&method.to_string().as_str())
}

/// The place of the `=` in `x = ..`, `a, b = ..`, `(a, b) = ..` or `self.x = ..`.
pub(super) fn assigns(tokens: &[TokenTree]) -> Option<usize> {
    let at = tokens.iter().position(|token| is_punct(token, '='))?;
    if at == 0 || tokens.get(at + 1).is_none_or(|next| is_punct(next, '=')) {
        return None;
    }
    // `x := ..`
    let left = &tokens[..at - usize::from(at > 1 && is_punct(&tokens[at - 1], ':'))];
    let is_list =
        matches!(left, [TokenTree::Group(group)] if group.delimiter() != Delimiter::Brace && are_names(&inside(group)));
    let keyword = matches!(&left[0], TokenTree::Ident(word) if control::is_statement(&word.to_string()));
    let end = matches!(left, [TokenTree::Ident(word), _, ..] if word == "Model" || word == "Sequential");
    (is_list || are_names(left) && !keyword && !end && matches!(left[0], TokenTree::Ident(_))).then_some(at)
}

/// Whether these are names: `a`, `a, (b, c)` or `self.a`.
fn are_names(tokens: &[TokenTree]) -> bool {
    tokens.iter().all(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis && are_names(&inside(group)),
        TokenTree::Ident(_) => true,
        token => is_punct(token, ',') || is_punct(token, '.'),
    })
}
