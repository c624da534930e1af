//! Layers joined by operators of other languages, `x |> Dense(4) |> relu`, as calls: `relu(Dense(4)(x))`.

use super::{is_activation, is_function, is_group, is_layer, is_punct};
use crate::diagnostics::Diagnostics;
use crate::front::python::written::written;
use nn_core::Code;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Operators from the tensor to the layer. Rust has none of them between values.
const FORWARD: &[&str] = &["|>", "->", "=>", "~>", "|->", "-->", "==>", "-|>", "%>%", ">>>", ">>="];
/// Operators from the layer to the tensor.
const BACKWARD: &[&str] = &["<|", "<-", "<<<", "<<="];
/// Operators that join two lists.
const JOINS: &[&str] = &["++", "<>"];
/// Operators of Rust, which const expressions have.
const RUST: &[&str] = &[">>", "|", "<<"];

/// Reports operators between layers in the value of a statement, or in one of its groups.
pub(super) fn report(statement: &[TokenTree], value: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    if let Some((at, operator)) = parts(value, &[FORWARD, BACKWARD, JOINS]).1.into_iter().next()
        && let Some(calls) = piped(value, false)
    {
        let part: TokenStream = value[at..at + operator.len()].iter().cloned().collect();
        let is_let = value.len() < statement.len();
        let name = if is_let { None } else { bound(value) };
        let help = match name {
            Some((name, value)) => format!("write `let {name} = {value};`"),
            None if JOINS.contains(&operator.as_str()) => format!("tensors are joined by a layer: `{calls}`"),
            None => format!("layers are called: `{calls}`"),
        };
        diagnostics.error(Code::Syntax, &part, format!("a graph has no operator `{operator}`")).help(help);
        return true;
    }
    value.iter().any(|token| match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            let arguments = crate::front::python::translate::parts(&inside);
            arguments.into_iter().any(|argument| {
                let value = match argument {
                    [TokenTree::Ident(_), equals, value @ ..]
                        if is_punct(equals, '=') && !value.first().is_some_and(|next| is_punct(next, '>')) =>
                    {
                        value
                    }
                    // `units => 4` is an argument.
                    [TokenTree::Ident(name), ..] if !is_layer(name) && !calls_a_layer(argument) => return false,
                    value => value,
                };
                report(&[], value, diagnostics)
            })
        }
        _ => false,
    })
}

fn calls_a_layer(tokens: &[TokenTree]) -> bool {
    tokens.iter().any(|token| matches!(token, TokenTree::Ident(name) if is_layer(name) || is_function(name)))
}

/// Layers joined by operators as calls; `None` if these are no layers. `of_rust` tells whether the operators are
/// Rust's.
pub(crate) fn piped(tokens: &[TokenTree], of_rust: bool) -> Option<String> {
    let (parts, operators) =
        if of_rust { self::parts(tokens, &[RUST]) } else { self::parts(tokens, &[FORWARD, BACKWARD, JOINS]) };
    let (_, first) = operators.first()?;
    // The parameters of a closure, and its type.
    if parts.iter().any(|part| part.is_empty()) || is_punct(&tokens[0], '|') {
        return None;
    }
    if JOINS.contains(&first.as_str()) {
        let all: Vec<String> = parts.iter().map(|part| written(part)).collect();
        return Some(format!("concatenate([{}])", all.join(", ")));
    }
    let backward = BACKWARD.contains(&first.as_str()) || first == "<<";
    let mut parts = parts;
    // `x <- Dense(4)` has its layer behind.
    if backward && parts[..parts.len() - 1].iter().any(|part| calls_a_layer(part)) {
        parts.reverse();
    }
    if !parts[1..].iter().any(|part| calls_a_layer(part)) {
        return None;
    }
    let mut calls = written(parts[0]);
    for part in &parts[1..] {
        calls = called(part, &calls);
    }
    Some(calls)
}

/// `x -> Dense(4) -> y`, which binds `y`: the name, and the other calls.
fn bound(value: &[TokenTree]) -> Option<(String, String)> {
    let (first, assigned) = parts(value, &[&["<-"]]);
    if let ([[TokenTree::Ident(name)], _], [(at, _)]) = (&first[..], &assigned[..]) {
        let rest = &value[at + 2..];
        return Some((name.to_string(), piped(rest, false).unwrap_or_else(|| written(rest))));
    }
    let (_, operators) = parts(value, &[FORWARD]);
    let (at, _) = operators.last()?;
    match value.last()? {
        TokenTree::Ident(name) if !is_layer(name) && !is_function(name) && operators.len() > 1 => {
            Some((name.to_string(), piped(&value[..*at], false)?))
        }
        _ => None,
    }
}

/// A layer or a function, called.
fn called(part: &[TokenTree], tensor: &str) -> String {
    let text = written(part);
    match part {
        [TokenTree::Ident(name)] if is_layer(name) => format!("{name}()({tensor})"),
        [TokenTree::Ident(name), arguments] if is_activation(&name.to_string()) => match arguments {
            TokenTree::Group(group) if group.stream().is_empty() => format!("{name}({tensor})"),
            _ => format!("Activation({text})({tensor})"),
        },
        [TokenTree::Ident(name), arguments]
            if is_group(arguments, Delimiter::Bracket) || is_group(arguments, Delimiter::Brace) =>
        {
            let TokenTree::Group(group) = arguments else { return text };
            format!("{}({tensor})", super::with_parentheses(name, group))
        }
        _ => format!("{text}({tensor})"),
    }
}

/// The parts between operators, and the operators with their places.
fn parts<'a>(tokens: &'a [TokenTree], operators: &[&[&str]]) -> (Vec<&'a [TokenTree]>, Vec<(usize, String)>) {
    let (mut parts, mut found, mut start, mut at) = (Vec::new(), Vec::new(), 0, 0);
    while at < tokens.len() {
        let sign = sign(&tokens[at..]);
        if operators.iter().any(|operators| operators.contains(&sign.as_str())) {
            parts.push(&tokens[start..at]);
            found.push((at, sign.clone()));
            start = at + sign.len();
        }
        at += sign.len().max(1);
    }
    parts.push(&tokens[start..]);
    (parts, found)
}

/// The operator that begins here, without a space within it.
fn sign(tokens: &[TokenTree]) -> String {
    let mut sign = String::new();
    for token in tokens {
        let TokenTree::Punct(punct) = token else { break };
        sign.push(punct.as_char());
        if punct.spacing() == Spacing::Alone {
            break;
        }
    }
    sign
}
