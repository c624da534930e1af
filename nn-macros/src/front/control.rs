//! Control flow and items where a graph has none, of Rust and of Python: what a graph has instead.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::front::parse::{Statement, position};
use crate::front::python::written::written;
use nn_core::Code;
use nn_core::layers::LAYERS;
use proc_macro2::{Delimiter, Ident, TokenTree};
use quote::ToTokens;
use syn::{Expr, Stmt};

const LOOPS: &[&str] = &["for", "while", "loop"];
const BRANCHES: &[&str] = &["if", "match"];
const ENDS: &[&str] = &["return", "break", "continue", "yield"];
const ITEMS: &[&str] =
    &["fn", "struct", "enum", "union", "use", "const", "static", "impl", "mod", "type", "trait", "pub", "extern"];
const PYTHON: &[&str] =
    &["def", "class", "with", "try", "elif", "except", "finally", "assert", "del", "global", "pass"];

/// Whether a statement that begins with this word is no part of a graph.
pub(crate) fn is_statement(word: &str) -> bool {
    [LOOPS, BRANCHES, ENDS, ITEMS, PYTHON, &["unsafe", "async"]].iter().any(|words| words.contains(&word))
}

/// Reports a statement that begins with such a word, or that is a macro call; whether it is one.
pub(crate) fn report(tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    let [TokenTree::Ident(first), rest @ ..] = tokens else { return false };
    let word = first.to_string();
    let is_macro = matches!(rest, [TokenTree::Punct(mark), TokenTree::Group(_), ..] if mark.as_char() == '!');
    let items = matches!(rest, [TokenTree::Punct(mark), TokenTree::Ident(_), ..] if mark.as_char() == '!');
    if is_macro || items {
        let error = diagnostics.error(Code::NotALet, first, "a graph holds no macro calls");
        in_a_function(error, &format!("{word}!"));
        return true;
    }
    if !is_statement(&word) {
        return false;
    }
    let word = word.as_str();
    if LOOPS.contains(&word) {
        repetition(diagnostics.error(Code::NotALet, first, "a graph has no loops"));
    } else if BRANCHES.contains(&word) {
        choice(diagnostics.error(Code::NotALet, first, "a graph has no branches"));
    } else if ENDS.contains(&word) {
        end(diagnostics.error(Code::NotALet, first, format!("a graph has no `{word}`")));
    } else if ITEMS.contains(&word) {
        let message = format!("a graph holds `let` statements, and no `{word}`");
        diagnostics.error(Code::NotALet, first, message).help("write it before `model!`, not in it");
    } else if matches!(word, "def" | "class") {
        let error = diagnostics.error(Code::Python, first, format!("`{word}` is Python"));
        if word == "def" {
            error.help("a part of a graph is a closure: `let branch = |x| Dense(8)(x);`");
        } else {
            error.help("`model!` writes the class: list its layers as they are called, `let x = Dense(64)(x);`");
        }
    } else if PYTHON.contains(&word) {
        diagnostics
            .error(Code::Python, first, format!("`{word}` is Python"))
            .help("a graph holds `let` statements only: `let x = Dense(64)(x);`");
    } else {
        let message = format!("a graph holds `let` statements, and no `{word}`");
        in_a_function(diagnostics.error(Code::NotALet, first, message), word);
    }
    true
}

/// Reports the `if` of `a if b else c`, and the `for` of `[f(x) for x in y]`; whether it is one.
pub(crate) fn within(token: &TokenTree, diagnostics: &mut Diagnostics) -> bool {
    match token {
        TokenTree::Ident(word) if word == "if" => {
            choice(diagnostics.error(Code::Python, word, "a graph has no branches, and this `if` is Python"));
        }
        TokenTree::Ident(word) if word == "for" => {
            repetition(diagnostics.error(Code::Python, word, "a graph has no loops, and this `for` is Python"));
        }
        _ => return false,
    }
    true
}

/// Reports an expression that is control flow, or runs code, in the place of a tensor; whether it is one.
pub(crate) fn expression(expr: &Expr, diagnostics: &mut Diagnostics) -> bool {
    let mut error = |message: &str, then: &dyn Fn(&mut Diagnostic)| {
        let first = expr.to_token_stream().into_iter().next();
        then(diagnostics.error(Code::NotInAGraph, &first, message));
        true
    };
    match expr {
        Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => error("a graph has no loops", &repetition),
        Expr::If(_) | Expr::Match(_) => error("a graph has no branches", &choice),
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Yield(_) => error("a graph has no `return`", &end),
        Expr::Block(block) if matches!(&block.block.stmts[..], [Stmt::Expr(_, None)]) => {
            let value = block.block.stmts[0].to_token_stream();
            error("a block is neither a tensor nor a layer", &|error| {
                let value = written(&value.clone().into_iter().collect::<Vec<_>>());
                error.help(format!("write it without braces: `{value}`"));
            })
        }
        Expr::Block(_) | Expr::Unsafe(_) | Expr::Async(_) => {
            error("a block is neither a tensor nor a layer", &|error| {
                error.help("a part of a graph is a closure: `let branch = |x| { let h = Dense(8)(x); Dense(1)(h) };`");
            })
        }
        Expr::Macro(call) => {
            let name = format!("{}!", call.mac.path.to_token_stream());
            error("a graph holds no macro calls", &|error| match name.as_str() {
                "vec!" => {
                    error.help("a list of tensors is written `[a, b]`");
                }
                name if is_layer(name) => {
                    error.help(format!("write `{}(..)`, without `!`", name.trim_end_matches('!')));
                }
                name => in_a_function(error, name),
            })
        }
        _ => false,
    }
}

fn is_layer(name: &str) -> bool {
    LAYERS.iter().any(|spec| spec.name == name.trim_end_matches('!'))
}

fn repetition(error: &mut Diagnostic) {
    error
        .help("call a part several times: `let block = |x| Dense(64)(x);`, then `let x = block(block(x));`")
        .help("or let a `macro_rules!` of your own write the model, with a line for each layer");
}

fn choice(error: &mut Diagnostic) {
    error.help("choose between two models where they are used, or let a `macro_rules!` of your own write both");
}

fn end(error: &mut Diagnostic) {
    error.help("its last line is `Model(inputs = .., outputs = ..)`, without a semicolon");
}

fn in_a_function(error: &mut Diagnostic, word: &str) {
    error.help(format!("`{word}` stands in a function that uses the model: nothing runs in a graph"));
}

/// Takes out the statements that belong to a `def`, `class`, `for` or `if` of Python: they are indented more. The names
/// that they bind are given back.
pub(crate) fn without_blocks(statements: Vec<Statement>) -> (Vec<Statement>, Vec<Ident>) {
    let (mut kept, mut bound): (Vec<Statement>, Vec<Ident>) = (Vec::new(), Vec::new());
    let mut block = None;
    for statement in statements {
        let here = position(statement.tokens[0].span());
        let word = match &statement.tokens[0] {
            TokenTree::Ident(word) => word.to_string(),
            _ => String::new(),
        };
        if let (Some((_, column)), Some((_, outer))) = (here, block) {
            if column > outer || column == outer && matches!(word.as_str(), "elif" | "except" | "finally") {
                bound.extend(names(&statement.tokens));
                continue;
            }
            block = None;
        }
        let is_block = |token: &TokenTree| matches!(token, TokenTree::Punct(colon) if colon.as_char() == ':');
        let braces =
            |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let opens = statement.tokens.iter().any(is_block) && !statement.tokens.iter().any(braces);
        if opens && is_statement(&word) && !ITEMS.contains(&word.as_str()) {
            block = here;
            bound.extend(names(&statement.tokens));
        }
        kept.push(statement);
    }
    (kept, bound)
}

/// The names before a `=`, and that of a `def`.
pub(crate) fn names(tokens: &[TokenTree]) -> Vec<Ident> {
    let name = |pair: &[TokenTree]| match pair {
        [TokenTree::Ident(name), TokenTree::Punct(equals)] if equals.as_char() == '=' => Some(name.clone()),
        [TokenTree::Ident(word), TokenTree::Ident(name)] if word == "def" || word == "class" => Some(name.clone()),
        _ => None,
    };
    tokens.windows(2).filter_map(name).collect()
}
