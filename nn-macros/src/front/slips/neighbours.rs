//! Two values behind each other without anything between: `Dense(4) x`, `relu x`, `Dense 4 (x)`, `new Dense(4)`.

use super::{is_function, is_group, is_layer, is_punct};
use crate::diagnostics::Diagnostics;
use crate::front::control;
use crate::front::parse::position;
use crate::front::python::written::written;
use nn_core::Code;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// Words that stand before or between values.
const WORDS: &[&str] = &["as", "else", "move", "ref", "mut", "dyn", "let", "in", "is", "and", "or", "not", "lambda"];

/// Reports the first two values behind each other on one line.
pub(super) fn report(value: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    if let Some(mark) = value.iter().position(|token| is_punct(token, '?'))
        && value.len() > mark + 1
        && matches!(value[mark + 1], TokenTree::Ident(_) | TokenTree::Literal(_))
    {
        let error = diagnostics.error(Code::Syntax, &value[mark], "a graph has no branches");
        error.help("choose between two models where they are used");
        return true;
    }
    for (i, pair) in value.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        let ends = match first {
            TokenTree::Ident(word) => !is_word(&word.to_string()),
            TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
            TokenTree::Literal(_) => true,
            TokenTree::Punct(_) => false,
        };
        let starts = match second {
            TokenTree::Ident(word) => !is_word(&word.to_string()),
            TokenTree::Literal(_) => true,
            TokenTree::Group(_) | TokenTree::Punct(_) => false,
        };
        let end = |token: &TokenTree| match token {
            TokenTree::Group(group) => group.span_close(),
            token => token.span(),
        };
        if !(ends && starts) || line(end(first)) != line(second.span()) {
            continue;
        }
        let help = match (&value[..=i], &value[i + 1..]) {
            ([TokenTree::Ident(word)], rest) if word == "new" => format!("write it without `new`: `{}`", written(rest)),
            ([TokenTree::Ident(name)], [TokenTree::Literal(size), rest @ ..]) if is_layer(name) => {
                format!("write `{name}({size}){}`", written(rest))
            }
            ([TokenTree::Ident(name)], [tensor]) if is_layer(name) => format!("write `{name}()({tensor})`"),
            ([TokenTree::Ident(name)], rest) if is_function(name) => format!("write `{name}({})`", written(rest)),
            ([TokenTree::Ident(name)], rest) if name == "Model" || name == "Sequential" => {
                format!("write `{name}({})`", written(rest))
            }
            (made @ [TokenTree::Ident(name), call], [tensor])
                if is_layer(name) && is_group(call, Delimiter::Parenthesis) =>
            {
                format!("a layer is called with parentheses: `{}({tensor})`", written(made))
            }
            (tensor, [TokenTree::Ident(name), call]) if is_layer(name) => {
                let tensor = match tensor {
                    [TokenTree::Group(group)] => written(&group.stream().into_iter().collect::<Vec<_>>()),
                    tensor => written(tensor),
                };
                format!("the layer comes first: `{name}{}({tensor})`", written(std::slice::from_ref(call)))
            }
            _ => "a value is one call: `Dense(64)(x)`".to_string(),
        };
        let place: TokenStream = second.clone().into();
        diagnostics.error(Code::Syntax, &place, format!("expected `(` or `;` before `{second}`")).help(help);
        return true;
    }
    false
}

fn is_word(word: &str) -> bool {
    control::is_statement(word) || WORDS.contains(&word)
}

fn line(span: Span) -> Option<usize> {
    position(span).map(|(line, _)| line)
}
