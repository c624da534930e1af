//! The depth of a graph's nesting. The macro and rustc walk expressions by recursion. If the stack ended, there would
//! be no message at all.

use crate::diagnostics::Diagnostics;
use nn_core::Code;
use proc_macro2::{Span, TokenStream, TokenTree};

/// The most stack for the path to the innermost token, in KiB, in an unoptimised macro. rustc and rust-analyzer give a
/// macro 8 MiB.
const MOST: usize = 2048;
/// The stack of a group: parentheses, brackets or braces.
const GROUP: usize = 32;
/// The most templates that may use each other, and the most layers that may be nested.
pub(crate) const MOST_INSIDE: usize = 32;

/// Whether the tokens are nested too deeply; reports it.
pub(crate) fn is_too_deep(tokens: &TokenStream, diagnostics: &mut Diagnostics) -> bool {
    let Some(span) = too_deep(tokens.clone(), 0) else { return false };
    report(span, diagnostics);
    true
}

/// Reports that the nesting is too deep here.
pub(crate) fn report(span: Span, diagnostics: &mut Diagnostics) {
    diagnostics
        .error_at(Code::TooDeep, span, "this is nested too deeply")
        .help("bind a part of it to a name: `let h = ..;`");
}

/// The first token that needs too much stack, if the tokens around it take `before`. Between commas or semicolons,
/// every token may be an expression inside the one before it: `- - x`, `|x| |y| ..`, `f(a)(b)`.
fn too_deep(tokens: TokenStream, before: usize) -> Option<Span> {
    let mut stack = before;
    for token in tokens {
        stack += match &token {
            TokenTree::Punct(punct) => match punct.as_char() {
                // The next attribute or list element starts at the depth of the list.
                ',' | ';' | '#' => {
                    stack = before;
                    0
                }
                '<' => 60,
                '=' | '|' => 9,
                '-' | '!' | '&' | '*' => 5,
                _ => 1,
            },
            TokenTree::Ident(word) if is_prefix(&word.to_string()) => 11,
            TokenTree::Group(_) => 8,
            _ => 1,
        };
        if stack > MOST {
            return Some(token.span());
        }
        if let TokenTree::Group(group) = &token {
            if stack + GROUP > MOST {
                return Some(group.span_open());
            }
            if let Some(span) = too_deep(group.stream(), stack + GROUP) {
                return Some(span);
            }
        }
    }
    None
}

/// Whether an expression may follow this word.
fn is_prefix(word: &str) -> bool {
    let words =
        ["async", "await", "box", "break", "const", "else", "for", "if", "in", "let", "loop", "match", "move", "mut"];
    words.contains(&word) || ["raw", "ref", "return", "static", "try", "unsafe", "while", "yield"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Ways to nest: the texts repeated before `x` and after it.
    const WAYS: &[(&str, &str)] = &[
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("Dense(1)(", ")"),
        ("f(", ")"),
        ("Sequential([", "])"),
        ("Sequential([Dense(1), ", "])"),
        ("TimeDistributed(", ")"),
        ("Model(inputs = x, outputs = ", ")"),
        ("|x| ", ""),
        ("|x| {", "}"),
        ("|x| { let y = ", "; y }"),
        ("-", ""),
        ("!", ""),
        ("&", ""),
        ("*", ""),
        ("1 + ", ""),
        ("a = ", ""),
        ("a * b + ", ""),
        ("return ", ""),
        ("if a { b } else ", ""),
        ("match a { _ => ", "}"),
        ("unsafe {", "}"),
        ("async {", "}"),
        ("", "(x)"),
        ("", "[x]"),
        ("", "?"),
        ("", ".x"),
        ("", ".x(y)"),
        ("", " as T"),
        ("", ".."),
        ("A::<", ">"),
        ("<A as ", ">"),
        ("a::", ""),
    ];

    /// Expands a graph in a quarter of the stack that a macro has.
    fn expand(graph: String) -> String {
        let work = move || crate::expand_model(graph.parse().expect("tokens")).to_string();
        thread::Builder::new().stack_size(4 << 20).spawn(work).expect("a thread").join().expect("no panic")
    }

    #[test]
    fn deep_graphs_are_errors() {
        for (front, behind) in WAYS {
            for times in [10, 50, 400, 3000] {
                let value = format!("{}x{}", front.repeat(times), behind.repeat(times));
                for graph in [
                    format!("let y = {value}; Model(inputs = x, outputs = y)"),
                    format!("let y = Dense({value})(x); Model(inputs = x, outputs = y)"),
                    format!("Model(inputs = x, outputs = {value})"),
                ] {
                    let answer = expand(format!("struct Deep; let x = Input(shape = [3]); {graph}"));
                    let deep = answer.matches("nn0010").count();
                    assert!(deep == usize::from(deep > 0), "once: {front}x{behind}, {times} times");
                    // The struct exists despite the error.
                    assert!(answer.contains("DeepInputs"), "{front}x{behind}, {times} times");
                    let is_long = times >= 3000 && !matches!(*front, "a::");
                    assert!(deep == 1 || !is_long, "{front}x{behind}, {times} times: {answer}");
                    assert!(deep == 0 || times > 10, "{front}x{behind}, {times} times: {answer}");
                }
            }
        }
    }

    #[test]
    fn what_people_write_is_not_too_deep() {
        let nested = |times: usize| format!("{}x{}", "Dense(1)(".repeat(times), ")".repeat(times));
        let flat = "let x = Dense(3)(x);".repeat(1000);
        let docs = "#[doc = \"a line\"]".repeat(2000);
        let sum = vec!["1"; 200].join(" + ");
        for graph in [
            format!("struct Deep; let x = Input(shape = [3]); let y = {}; Model(inputs = x, outputs = y)", nested(30)),
            format!("{docs} struct Deep; let x = Input(shape = [{sum}]); {flat} Model(inputs = x, outputs = x)"),
            format!("struct Deep; Sequential([Input(shape = [3]), {}])", vec!["Dense(3)"; 1000].join(", ")),
        ] {
            let answer = expand(graph);
            assert!(!answer.contains("nn0010"), "{answer:.1000}");
        }
    }

    /// Tests depth outside of expressions.
    #[test]
    fn parts_in_parts_are_errors() {
        let chain = |first: &str, next: &dyn Fn(usize) -> String, times: usize| {
            let lets: String = (1..times).map(next).collect();
            let last = times - 1;
            format!(
                "struct Deep; let x = Input(shape = [N, 3]); {first} {lets} let y = t{last}(x); Model(inputs = x, outputs = y)"
            )
        };
        for times in [4, 20, 100, 2000] {
            let templates = chain("let t0 = |x| Dense(1)(x);", &|i| format!("let t{i} = |x| t{}(x);", i - 1), times);
            let layers = chain("let t0 = Dense(1);", &|i| format!("let t{i} = TimeDistributed(t{});", i - 1), times);
            for graph in [templates, layers] {
                let answer = expand(graph);
                assert_eq!(
                    answer.matches("nn0010").count(),
                    usize::from(times > MOST_INSIDE),
                    "{times}: {answer:.2000}"
                );
            }
        }
    }
}
