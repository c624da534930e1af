//! The part of a `let` up to its `=`.

use super::{comma, is_group, is_punct};
use crate::diagnostics::Diagnostics;
use crate::front::python::written::written;
use nn_core::Code;
use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

/// Signs of an assignment in other languages.
const ASSIGNMENTS: &[&str] = &[":=", "==", "<-", "->", "=>"];

/// The names that a `let` binds, and the tokens of its value. Another statement is all value.
pub(super) fn split(tokens: &[TokenTree]) -> (Vec<Ident>, &[TokenTree]) {
    match (tokens.first(), tokens.iter().position(|token| is_punct(token, '='))) {
        (Some(TokenTree::Ident(word)), Some(at)) if word == "let" => (names(&tokens[1..at]), &tokens[at + 1..]),
        _ => (Vec::new(), tokens),
    }
}

/// Reports a `let` without `=`, without a name or a value, or with several names that are no tuple. Returns the names
/// that it binds.
pub(super) fn report(tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> Option<Vec<Ident>> {
    let [TokenTree::Ident(word), rest @ ..] = tokens else { return None };
    if word != "let" {
        return None;
    }
    let pattern = rest.iter().take_while(|token| is_in_a_pattern(token)).count();
    let (pattern, rest) = rest.split_at(pattern);
    let (bound, shown) = (names(pattern), written(pattern));
    let (count, value) = match rest {
        [first, second, value @ ..] if assigns(first, second) => (2, value),
        [first, value @ ..] if is_punct(first, '=') && !value.first().is_some_and(|next| is_punct(next, '=')) => {
            (1, value)
        }
        [] => return without_value(word, pattern, &shown, diagnostics),
        rest => return another_sign(pattern, rest, diagnostics),
    };
    let sign: TokenStream = rest[..count].iter().cloned().collect();
    let shown = if shown.is_empty() { "x".to_string() } else { shown };
    if value.is_empty() {
        diagnostics
            .error(Code::Syntax, &sign, "expected a tensor or a layer after this")
            .help(format!("write `let {shown} = Dense(64)(..);`"));
    } else if let Some((end @ TokenTree::Punct(mark), value)) = value.split_last()
        && matches!(mark.as_char(), ',' | ':' | '.')
        && !matches!(value.last(), Some(TokenTree::Punct(before)) if before.as_char() == '.')
    {
        diagnostics
            .error(Code::Syntax, end, format!("expected `;`, but got `{mark}`"))
            .help("every statement of a graph ends with a semicolon");
    } else if pattern.is_empty() {
        diagnostics
            .error(Code::Syntax, &sign, "expected a name before this")
            .help(format!("write `let x = {};`", written(value)));
    } else if count == 2 {
        diagnostics
            .error(Code::Syntax, &sign, format!("expected `=` after `{shown}`"))
            .help(format!("write `let {shown} = {};`", written(value)));
    } else if pattern.iter().any(|token| is_punct(token, ',')) {
        let names: TokenStream = pattern.iter().cloned().collect();
        let value = if value.iter().any(|token| is_punct(token, ',')) {
            format!("({})", written(value))
        } else {
            written(value)
        };
        diagnostics
            .error(Code::Syntax, &names, "expected parentheses around several names")
            .help(format!("write `let ({}) = {value};`", flat(pattern)));
    } else if value.iter().any(|token| is_punct(token, ',')) && !is_closure(value) {
        let comma = value.iter().find(|token| is_punct(token, ',')).cloned();
        let error = diagnostics.error(Code::Syntax, &comma, "expected `;`, but got `,`");
        match pattern {
            [group] if is_group(group, Delimiter::Parenthesis) => {
                error.help(format!("several values are in parentheses: `let {shown} = ({});`", written(value)))
            }
            _ => error.help("every statement of a graph ends with a semicolon, and binds one value"),
        };
    } else {
        return None;
    }
    Some(bound)
}

/// Reports `let x: Dense(4)(y)`, `let x += y` and `let self.x = y`.
fn another_sign(pattern: &[TokenTree], rest: &[TokenTree], diagnostics: &mut Diagnostics) -> Option<Vec<Ident>> {
    let [TokenTree::Ident(name)] = pattern else { return None };
    let (message, help) = match rest {
        [colon, value @ ..] if is_punct(colon, ':') => {
            // `let x: Tensor = ..` has a message of its own.
            if value.iter().any(|token| is_punct(token, '=') || is_punct(token, ':')) {
                return None;
            }
            (format!("expected `=` after `{name}`, but got `:`"), format!("write `let {name} = {};`", written(value)))
        }
        [point, TokenTree::Ident(field), equals, value @ ..] if is_punct(point, '.') && is_punct(equals, '=') => {
            let help = format!("write `let {field} = {};`", written(value));
            diagnostics.error(Code::NotAName, point, format!("`{name}.{field}` is not a name")).help(help);
            return Some(vec![field.clone()]);
        }
        [_, equals, ..] if is_punct(equals, '=') => (
            format!("expected `=` after `{name}`"),
            format!("write `let {name} = ..;`: a later `let` may bind a name again"),
        ),
        _ => (
            format!("expected `=` after `{name}`"),
            format!("write `let {name} = Dense(64)(..);`: a name has letters, digits and `_`"),
        ),
    };
    diagnostics.error(Code::Syntax, &rest[0], message).help(help);
    Some(vec![name.clone()])
}

/// Reports `let x` and `let x Dense(4)(y)`.
fn without_value(
    word: &Ident,
    pattern: &[TokenTree],
    shown: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Ident>> {
    match pattern {
        [] => {
            diagnostics
                .error(Code::Syntax, word, "expected a name and a value after `let`")
                .help("write `let x = Dense(64)(pixels);`");
            Some(Vec::new())
        }
        [TokenTree::Ident(name)] => {
            diagnostics
                .error(Code::Syntax, name, format!("`{name}` has no value"))
                .help(format!("write `let {name} = Dense(64)(..);`"));
            Some(vec![name.clone()])
        }
        [TokenTree::Ident(name), value @ ..] if name != "mut" && name != "ref" => {
            diagnostics
                .error(Code::Syntax, &value[0], format!("expected `=` after `{name}`"))
                .help(format!("write `let {name} = {};`", written(value)));
            Some(vec![name.clone()])
        }
        _ => {
            let tokens: TokenStream = pattern.iter().cloned().collect();
            diagnostics
                .error(Code::Syntax, &tokens, "expected `=` and a value after this")
                .help(format!("write `let {shown} = ..;`"));
            Some(names(pattern))
        }
    }
}

fn is_in_a_pattern(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == ',',
        TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Literal(_) => true,
    }
}

fn assigns(first: &TokenTree, second: &TokenTree) -> bool {
    let (TokenTree::Punct(first), TokenTree::Punct(second)) = (first, second) else { return false };
    let sign: String = [first.as_char(), second.as_char()].iter().collect();
    first.spacing() == Spacing::Joint && ASSIGNMENTS.contains(&sign.as_str())
}

/// Whether a value is a closure, whose parameters have commas.
fn is_closure(value: &[TokenTree]) -> bool {
    value.first().is_some_and(|first| is_punct(first, '|'))
}

/// All names of a pattern.
fn names(pattern: &[TokenTree]) -> Vec<Ident> {
    let names = pattern.iter().flat_map(|token| match token {
        TokenTree::Ident(word) if word == "mut" || word == "ref" => Vec::new(),
        TokenTree::Ident(name) => vec![name.clone()],
        TokenTree::Group(group) => names(&group.stream().into_iter().collect::<Vec<_>>()),
        _ => Vec::new(),
    });
    names.collect()
}

/// The names of a pattern in one list: `a, (b, c)` is `a, b, c`.
fn flat(pattern: &[TokenTree]) -> String {
    let names: Vec<TokenTree> = names(pattern).into_iter().map(TokenTree::from).collect();
    let parts: Vec<Vec<TokenTree>> = names.into_iter().map(|name| vec![name]).collect();
    let mut all = Vec::new();
    for part in parts {
        if !all.is_empty() {
            all.push(comma());
        }
        all.extend(part);
    }
    written(&all)
}
