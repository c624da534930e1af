//! The lines of a graph that was pasted from Python.

use super::translate::{inside, joined, parts, string, translated};
use super::written::written;
use super::{METHODS, is_module, is_punct};
use crate::front::control;
use crate::front::parse::Statement;
use proc_macro2::{Delimiter, Group, Ident, TokenTree};

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

/// Whether a graph with its `let`s still has the layers and the end of Keras: two lines do, or one binds the model.
pub(super) fn is_half(statements: &[Statement]) -> bool {
    let has_module =
        |pair: &[TokenTree]| matches!(pair, [TokenTree::Ident(word), dot] if is_module(word) && is_punct(dot, '.'));
    let changed: Vec<&Statement> = statements
        .iter()
        .filter(|one| {
            one.tokens.windows(2).any(has_module) && written(&translated(&one.tokens)) != written(&one.tokens)
        })
        .collect();
    let binds_model =
        |one: &&Statement| is_word(&one.tokens[0], "let") && end_of(&translated(value(&one.tokens))).is_some();
    changed.len() > 1 || changed.iter().any(binds_model)
}

/// The tokens after the first `=`.
fn value(tokens: &[TokenTree]) -> &[TokenTree] {
    &tokens[tokens.iter().position(|token| is_punct(token, '=')).map_or(0, |at| at + 1)..]
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

/// The names that a line of Python binds, as a `let` has them: `a, b` is `(a, b)`, and `self.x` is `x`.
pub(super) fn bound(tokens: &[TokenTree]) -> Vec<TokenTree> {
    let tokens: Vec<TokenTree> = tokens.iter().filter(|token| !is_punct(token, ':')).cloned().collect();
    let last = |part: &&[TokenTree]| match part.last() {
        // `out, (h, c)`
        Some(TokenTree::Group(group)) => {
            parts(&inside(group)).iter().map(|part| part[part.len() - 1..].to_vec()).collect()
        }
        last => vec![last.cloned().into_iter().collect()],
    };
    let parts: Vec<Vec<TokenTree>> = parts(&tokens).iter().flat_map(last).collect();
    match &parts[..] {
        [one] => one.clone(),
        parts => {
            let parts: Vec<&[TokenTree]> = parts.iter().map(|part| &part[..]).collect();
            vec![Group::new(Delimiter::Parenthesis, joined(&parts).into_iter().collect()).into()]
        }
    }
}

/// A statement as text; the layers of a `Sequential` have a line each.
pub(super) fn listed(tokens: &[TokenTree]) -> String {
    let text = written(tokens);
    let (Some(TokenTree::Group(call)), true) = (tokens.last(), text.len() > 90) else { return text };
    let [TokenTree::Group(list)] = &inside(call)[..] else { return text };
    let (elements, front) = (inside(list), written(&tokens[..tokens.len() - 1]));
    let elements: Vec<String> =
        parts(&elements).into_iter().map(|part| format!("\n              {}", written(part))).collect();
    format!("{front}([{},\n          ])", elements.join(","))
}

/// The name that a statement gives to an input.
pub(super) fn input(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [_, TokenTree::Ident(name), _, TokenTree::Ident(word), TokenTree::Group(_)] if word == "Input" => {
            Some(name.to_string())
        }
        _ => None,
    }
}

/// The word of a call `Model(..)` or `Sequential(..)` that is all there is.
pub(super) fn end_of(tokens: &[TokenTree]) -> Option<&Ident> {
    match tokens {
        [TokenTree::Ident(word), TokenTree::Group(_)] if word == "Model" || word == "Sequential" => Some(word),
        _ => None,
    }
}

/// Whether some tokens hold a name.
pub(super) fn names(tokens: &[TokenTree], name: &str) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => names(&inside(group), name),
        _ => false,
    })
}

/// Whether this is a number, or a list of numbers or names.
pub(super) fn is_number(token: &TokenTree) -> bool {
    match token {
        TokenTree::Literal(literal) => string(literal).is_none(),
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            let parts = inside(group);
            let parts = self::parts(&parts);
            let is_part = |token: &TokenTree| is_number(token) || matches!(token, TokenTree::Ident(_));
            !parts.is_empty() && parts.iter().all(|part| matches!(part, [one] if is_part(one)))
        }
        _ => false,
    }
}

pub(super) fn is_text(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Literal(literal) if string(literal).is_some())
}

pub(super) fn is_word(token: &TokenTree, text: &str) -> bool {
    matches!(token, TokenTree::Ident(word) if word == text)
}
