//! Splits the body of a graph into statements, even if one of them is only half written.

use crate::diagnostics::Diagnostics;
use nn_core::Code;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// A statement, without its semicolon.
pub(crate) struct Statement {
    pub(crate) tokens: Vec<TokenTree>,
    /// Its semicolon; `None` if there is none.
    pub(crate) semicolon: Option<TokenTree>,
    /// The first token of the next statement, if a semicolon is missing before it.
    pub(crate) next: Option<TokenTree>,
}

/// The statements of a graph, and the comments of Python between them.
#[derive(Default)]
pub(crate) struct Body {
    pub(crate) statements: Vec<Statement>,
    /// The `#` of each comment.
    pub(crate) comments: Vec<TokenTree>,
    /// Whether the statements are those of a class or function of Python.
    pub(crate) is_class: bool,
}

impl Body {
    fn end(&mut self, current: &mut Vec<TokenTree>, semicolon: Option<TokenTree>, next: Option<TokenTree>) {
        let tokens = std::mem::take(current);
        match self.statements.last_mut() {
            // A second semicolon, or one after a closed parenthesis that was missing.
            Some(last) if tokens.is_empty() => last.semicolon = last.semicolon.take().or(semicolon),
            _ if tokens.is_empty() => {}
            _ => self.statements.push(Statement { tokens, semicolon, next }),
        }
    }
}

/// Splits at semicolons, and before a statement that follows one without a semicolon. Where a parenthesis is missing,
/// that is reported, and the next statement begins at its `let`, or at the `Model` of the end.
pub(super) fn statements(body: TokenStream, diagnostics: &mut Diagnostics) -> Body {
    let (mut done, mut current): (Body, Vec<TokenTree>) = (Body::default(), Vec::new());
    let mut tokens: Vec<TokenTree> = body.into_iter().collect();
    tokens.reverse();
    while let Some(token) = tokens.pop() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => done.end(&mut current, Some(punct.into()), None),
            TokenTree::Punct(punct) if punct.as_char() == '#' && !is_attribute(tokens.last()) => {
                // To the end of the line, or to what is no comment.
                let line = position(punct.span()).map(|(line, _)| line);
                let goes_on = |token: &TokenTree| match line {
                    Some(line) => position(token.span()).is_some_and(|(other, _)| other == line),
                    None => !matches!(token, TokenTree::Ident(word) if word == "let"),
                };
                while tokens.last().is_some_and(goes_on) {
                    tokens.pop();
                }
                done.comments.push(punct.into());
            }
            TokenTree::Group(group) => match swallowed(&group) {
                None => {
                    let token = TokenTree::Group(group);
                    if current.last().is_some_and(|last| follows(last, &token, tokens.last(), &current[0])) {
                        done.end(&mut current, None, Some(token.clone()));
                    }
                    current.push(token);
                }
                Some((inside, rest)) => {
                    let closing = if group.delimiter() == Delimiter::Bracket { "]" } else { ")" };
                    diagnostics.error_at(Code::Syntax, rest[0].span(), format!("expected `{closing}` before this"));
                    let mut closed = Group::new(group.delimiter(), inside);
                    closed.set_span(group.span());
                    current.push(TokenTree::Group(closed));
                    done.end(&mut current, None, None);
                    tokens.extend(rest.into_iter().rev());
                }
            },
            TokenTree::Punct(punct) if punct.as_char() == '#' && current.last().is_some_and(is_complete) => {
                if !is_attributes(&current) {
                    done.end(&mut current, None, Some(punct.clone().into()));
                }
                current.push(punct.into());
            }
            token => {
                // In `let x =` before another statement, the unfinished value is an error of its own.
                let unfinished = matches!(current.last(), Some(TokenTree::Punct(_)));
                if unfinished && matches!(&token, TokenTree::Ident(word) if word == "let")
                    || current.last().is_some_and(|last| is_end(last, &token, tokens.last()))
                {
                    done.end(&mut current, None, None);
                } else if !is_attributes(&current)
                    && current.last().is_some_and(|last| follows(last, &token, tokens.last(), &current[0]))
                {
                    done.end(&mut current, None, Some(token.clone()));
                }
                current.push(token);
            }
        }
    }
    done.end(&mut current, None, None);
    done
}

/// Whether this is the `Model(..)` of the end, behind a line that ends with another sign than a semicolon.
fn is_end(last: &TokenTree, token: &TokenTree, next: Option<&TokenTree>) -> bool {
    let line = |token: &TokenTree| position(token.span()).map(|(line, _)| line);
    let sign = matches!(last, TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ':' | '.'));
    let call = matches!(next, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
    sign && call && line(last) < line(token) && matches!(token, TokenTree::Ident(word) if word == "Model")
}

/// Whether a `#` before this token begins an attribute.
fn is_attribute(next: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = next else { return false };
    let word = matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(_)));
    group.delimiter() == Delimiter::Bracket && word
}

/// Words between two parts of one expression.
const WITHIN: &[&str] = &["as", "else", "in", "is", "and", "or", "not", "where"];

/// Words that an expression, or the rest of a statement, follows.
const BEFORE: &[&str] = &[
    "as", "async", "await", "class", "const", "def", "dyn", "else", "enum", "fn", "for", "from", "if", "impl",
    "import", "in", "is", "let", "loop", "match", "mod", "move", "mut", "not", "or", "and", "pub", "ref", "return",
    "static", "struct", "trait", "type", "unsafe", "use", "where", "while", "with", "break", "lambda",
];

/// Whether a value may end at this token.
fn is_complete(last: &TokenTree) -> bool {
    match last {
        TokenTree::Ident(before) => !BEFORE.contains(&before.to_string().as_str()),
        TokenTree::Group(_) | TokenTree::Literal(_) => true,
        TokenTree::Punct(_) => false,
    }
}

/// Whether these are attributes and nothing else.
fn is_attributes(tokens: &[TokenTree]) -> bool {
    let is_one = |pair: &[TokenTree]| {
        matches!(pair, [TokenTree::Punct(hash), TokenTree::Group(group)]
            if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket)
    };
    !tokens.is_empty() && tokens.chunks(2).all(is_one)
}

/// Whether a token begins a statement after one that has no semicolon. In an expression no name follows a value, so a
/// graph that is right has no such place.
fn follows(last: &TokenTree, token: &TokenTree, next: Option<&TokenTree>, first: &TokenTree) -> bool {
    if !is_complete(last) {
        return false;
    }
    if begins(last, token, next) {
        return true;
    }
    let word = match token {
        TokenTree::Ident(word) => word.to_string(),
        // A text between two lines of Python, and `(a, b) = layer(x)`.
        TokenTree::Literal(_) => String::new(),
        TokenTree::Group(_) if matches!(next, Some(TokenTree::Punct(equals)) if equals.as_char() == '=') => {
            String::new()
        }
        _ => return false,
    };
    let at = |token: &TokenTree, open: bool| match token {
        TokenTree::Group(group) if !open => position(group.span_close()),
        token => position(token.span()),
    };
    let new_line = matches!((at(last, false), at(token, true)), (Some((a, _)), Some((b, _))) if a < b);
    // `for i in 0..3 { .. } let y = ..`, and `if a { .. } else { .. }`.
    let block = matches!(last, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    let control = matches!(first, TokenTree::Ident(first) if BLOCKS.contains(&first.to_string().as_str()));
    if block && control {
        return word != "else";
    }
    new_line && !WITHIN.contains(&word.as_str())
}

/// Words of statements that end with a block, without a semicolon.
const BLOCKS: &[&str] = &[
    "for", "if", "while", "loop", "match", "unsafe", "fn", "struct", "enum", "mod", "impl", "trait", "pub", "const",
    "async",
];

/// The line and the column of a place; `None` where nobody knows.
pub(crate) fn position(span: Span) -> Option<(usize, usize)> {
    if proc_macro::is_available() {
        let span = span.unwrap();
        return Some((span.line(), span.column()));
    }
    #[cfg(all(test, not(fuzzing)))]
    {
        let start = span.start();
        return Some((start.line, start.column));
    }
    #[allow(unreachable_code)]
    None
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
