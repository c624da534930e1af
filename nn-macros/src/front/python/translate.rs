//! Tokens of Python as the tokens of a graph.

use super::{fraction, is_module, is_punct, sequential, skipped, torch};
use crate::front::parse::position;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// An expression of Keras as a graph has it: layers without their modules, names without quotes, shapes as lists,
/// `true` and `false`, and no comments. The tokens stay where they are, so that an error in them is shown there.
pub(crate) fn translated(tokens: &[TokenTree]) -> Vec<TokenTree> {
    let mut done: Vec<TokenTree> = Vec::new();
    let (mut at, mut torch, mut own) = (0, false, false);
    while at < tokens.len() {
        let token = &tokens[at];
        let is_torch = std::mem::take(&mut torch);
        // A layer of a class, `self.dropout(x)`, or a path.
        let is_own = std::mem::take(&mut own) || done.last().is_some_and(|last| is_punct(last, ':'));
        at += 1;
        let next = tokens.get(at);
        match token {
            TokenTree::Ident(word) if next.is_some_and(|next| is_punct(next, '.')) && is_module(word) => {
                let modules = skipped(&tokens[at - 1..]);
                torch = word == "nn" || word == "torch" || word == "F";
                at += modules - 1;
            }
            TokenTree::Ident(word) if word == "self" && next.is_some_and(|next| is_punct(next, '.')) => {
                own = true;
                at += 1;
            }
            TokenTree::Ident(word) if is_called(next) && !is_own => {
                let TokenTree::Group(call) = &tokens[at] else { continue };
                match torch::converted(word, call, &translated(&inside(call)), is_torch) {
                    Some(converted) => {
                        done.extend(converted);
                        at += 1;
                    }
                    None => done.push(token.clone()),
                }
            }
            TokenTree::Ident(word) if word == "True" => done.push(Ident::new("true", word.span()).into()),
            TokenTree::Ident(word) if word == "False" => done.push(Ident::new("false", word.span()).into()),
            TokenTree::Punct(hash) if hash.as_char() == '#' && !matches!(next, Some(TokenTree::Group(_))) => {
                let line = position(hash.span()).map(|(line, _)| line);
                while tokens.get(at).is_some_and(|token| position(token.span()).map(|(line, _)| line) == line) {
                    at += 1;
                }
            }
            TokenTree::Punct(point) if point.as_char() == '.' && method(&mut done, &tokens[at..]) => at += 2,
            TokenTree::Punct(_) if let Some(number) = fraction(&tokens[at - 1..], done.last()) => {
                if let Some(TokenTree::Punct(sign)) = done.last_mut() {
                    *sign = Punct::new(sign.as_char(), Spacing::Alone);
                }
                done.push(number.into());
                at += 1;
            }
            TokenTree::Ident(word) if keyword(&done).as_deref() == Some("dtype") => {
                done.push(match dtype(&word.to_string()) {
                    Some(dtype) => Ident::new(dtype, word.span()).into(),
                    None => token.clone(),
                });
            }
            TokenTree::Literal(literal) => done.push(unquoted(literal, keyword(&done))),
            TokenTree::Group(group) => done.push(self::group(group, &done)),
            token => done.push(token.clone()),
        }
    }
    done
}

/// Makes the call of a layer of a method of a tensor, `x.view(-1, 784)` or `x.relu()`, behind the tensor. Returns
/// whether it is known.
fn method(before: &mut Vec<TokenTree>, tokens: &[TokenTree]) -> bool {
    let [TokenTree::Ident(name), TokenTree::Group(call), ..] = tokens else { return false };
    let calls = before.iter().rev().take_while(|token| matches!(token, TokenTree::Group(_))).count();
    let Some(start) = before.len().checked_sub(calls + 1) else { return false };
    if !matches!(&before[start], TokenTree::Ident(_)) {
        return false;
    }
    let tensor = before[start..].to_vec();
    let Some(made) = torch::method(name, &tensor, &translated(&inside(call))) else { return false };
    before.truncate(start);
    before.extend(made);
    true
}

fn is_called(next: Option<&TokenTree>) -> bool {
    matches!(next, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

/// The keyword of the argument whose value comes next.
fn keyword(before: &[TokenTree]) -> Option<String> {
    match before {
        [.., TokenTree::Ident(word), TokenTree::Punct(equals)] if equals.as_char() == '=' => Some(word.to_string()),
        _ => None,
    }
}

/// The text of a string, also of one in single quotes, which is no literal of Rust's.
pub(crate) fn string(literal: &Literal) -> Option<String> {
    let text = literal.to_string();
    let quoted = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)).map(str::to_string);
    quoted('"').or_else(|| quoted('\''))
}

/// A name in quotes as a graph has it: `"relu"` is `relu`, and a `name` keeps its quotes.
fn unquoted(literal: &Literal, keyword: Option<String>) -> TokenTree {
    let Some(text) = string(literal) else { return literal.clone().into() };
    if keyword.as_deref() == Some("name") {
        let mut name = Literal::string(&text.replace(|c: char| !c.is_alphanumeric(), "_"));
        name.set_span(literal.span());
        return name.into();
    }
    let word = match keyword.as_deref() {
        Some("dtype") => dtype(&text).unwrap_or(&text),
        _ => &text,
    };
    match syn::parse_str::<Ident>(word) {
        Ok(word) => Ident::new(&word.to_string(), literal.span()).into(),
        Err(_) => literal.clone().into(),
    }
}

/// The type of numbers that Python calls so.
fn dtype(name: &str) -> Option<&'static str> {
    Some(match name {
        "float32" => "f32",
        "float64" => "f64",
        name if name.contains("int") => "u32",
        _ => return None,
    })
}

fn group(group: &Group, before: &[TokenTree]) -> TokenTree {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let mut inside = translated(&tokens);
    let called = match before.last() {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) => Some(String::new()),
        _ => None,
    };
    let mut delimiter = group.delimiter();
    if called.is_some() || delimiter == Delimiter::Bracket {
        inside.pop_if(|last| is_punct(last, ','));
    }
    if delimiter == Delimiter::Parenthesis {
        match called.as_deref() {
            // A shape or a list: `(784,)`.
            None if inside.iter().any(|token| is_punct(token, ',')) => {
                delimiter = Delimiter::Bracket;
                if inside.last().is_some_and(|token| is_punct(token, ',')) {
                    inside.pop();
                }
            }
            Some("Model" | "Sequential") => inside = without(&inside, "name"),
            // A call on tensors.
            Some(name) if !name.starts_with(char::is_uppercase) => inside = without(&inside, "training"),
            _ => {}
        }
        let is_list = matches!(inside.first(), None | Some(TokenTree::Group(_)));
        // PyTorch's `Sequential(Linear(784, 64), ReLU())`.
        if called.as_deref() == Some("Sequential") && !is_list {
            inside = sequential::with_features(inside, &tokens);
            inside = vec![Group::new(Delimiter::Bracket, inside.into_iter().collect()).into()];
        }
    }
    if let (Delimiter::Brace, Some(values)) = (delimiter, values(&tokens)) {
        (delimiter, inside) = (Delimiter::Bracket, translated(&values));
    }
    let mut made = Group::new(delimiter, inside.into_iter().collect());
    made.set_span(group.span());
    made.into()
}

/// The values of a dictionary, `{"digit": x, "even": y}`.
fn values(tokens: &[TokenTree]) -> Option<Vec<TokenTree>> {
    let value = |part: &&[TokenTree]| matches!(part, [TokenTree::Literal(_), colon, _, ..] if is_punct(colon, ':'));
    let parts = parts(tokens);
    let values: Vec<&[TokenTree]> = parts.iter().filter(|part| value(part)).map(|part| &part[2..]).collect();
    (!parts.is_empty() && values.len() == parts.len()).then(|| joined(&values))
}

/// The tokens with a value in the place of a name.
pub(crate) fn replaced(tokens: &[TokenTree], name: &str, value: &TokenTree) -> Vec<TokenTree> {
    let is_keyword = |next: Option<&TokenTree>| next.is_some_and(|next| is_punct(next, '='));
    let mut done = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        done.push(match token {
            TokenTree::Ident(word) if word == name && !is_keyword(tokens.get(i + 1)) => {
                let mut value = value.clone();
                value.set_span(word.span());
                value
            }
            TokenTree::Group(group) => {
                let inside = replaced(&inside(group), name, value);
                let mut made = Group::new(group.delimiter(), inside.into_iter().collect());
                made.set_span(group.span());
                made.into()
            }
            token => token.clone(),
        });
    }
    done
}

/// The arguments without one that a graph does not have: the `name` of a model, which is that of its struct, or the
/// mode `training`, which `fit` and `predict` know.
fn without(tokens: &[TokenTree], keyword: &str) -> Vec<TokenTree> {
    let is_it = |part: &&[TokenTree]| matches!(part, [TokenTree::Ident(word), equals, ..] if word == keyword && is_punct(equals, '='));
    match parts(tokens) {
        parts if !parts.iter().any(is_it) => tokens.to_vec(),
        parts => joined(&parts.into_iter().filter(|part| !is_it(part)).collect::<Vec<_>>()),
    }
}

/// The parts between commas.
pub(crate) fn parts(tokens: &[TokenTree]) -> Vec<&[TokenTree]> {
    tokens.split(|token| is_punct(token, ',')).filter(|part| !part.is_empty()).collect()
}

/// Parts with commas between them.
pub(crate) fn joined(parts: &[&[TokenTree]]) -> Vec<TokenTree> {
    let mut all = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            all.push(Punct::new(',', proc_macro2::Spacing::Alone).into());
        }
        all.extend(part.iter().cloned());
    }
    all
}

/// The tokens of a text, all with one span; `None` if it has none.
pub(super) fn parsed(text: &str, span: Span) -> Option<Vec<TokenTree>> {
    fn at(stream: TokenStream, span: Span) -> Vec<TokenTree> {
        let spanned = stream.into_iter().map(|token| match token {
            TokenTree::Group(group) => {
                let mut made = Group::new(group.delimiter(), at(group.stream(), span).into_iter().collect());
                made.set_span(span);
                made.into()
            }
            mut token => {
                token.set_span(span);
                token
            }
        });
        spanned.collect()
    }
    Some(at(text.parse().ok()?, span))
}

/// The tokens in a group.
pub(crate) fn inside(group: &Group) -> Vec<TokenTree> {
    let stream: TokenStream = group.stream();
    stream.into_iter().collect()
}
