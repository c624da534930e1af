//! The kinds of graphs that a sample has to have: every layer, every argument with every value, and every layer in a
//! wrapper.

use std::collections::BTreeSet;

/// The name of a case, and its graph.
pub(crate) type Case = (&'static str, &'static str);

/// Returns the kinds that no graph of the sample has.
pub(crate) fn missing<'a>(all: impl Iterator<Item = &'a Case>, sample: impl Iterator<Item = &'a Case>) -> Vec<String> {
    let kinds = |(_, graph): &Case| kinds(graph);
    let sample: BTreeSet<String> = sample.flat_map(kinds).collect();
    all.flat_map(kinds).collect::<BTreeSet<String>>().difference(&sample).cloned().collect()
}

/// Returns the kinds of a graph: `Dense`, `Dense(activation=tanh)`, `TimeDistributed(Dense)`. A call of a layer that
/// has a name is a `call`, as in `call(mask=m)`.
fn kinds(graph: &str) -> BTreeSet<String> {
    let words = words(graph);
    let (mut found, mut open) = (BTreeSet::new(), Vec::<&str>::new());
    for (i, &word) in words.iter().enumerate() {
        let (before, after) = (i.checked_sub(1).map_or("", |i| words[i]), words.get(i + 1).copied().unwrap_or(""));
        match word {
            "(" | "[" | "{" => {
                let layer = if word == "(" && is_name(before) { before } else { "call" };
                if let (Some(outer @ (&"TimeDistributed" | &"Bidirectional")), true) = (open.last(), layer != "call") {
                    found.insert(format!("{outer}({layer})"));
                }
                found.insert(layer.into());
                open.push(layer);
            }
            ")" | "]" | "}" => drop(open.pop()),
            // Names of tensors and shapes are no kinds. A list is one by its argument.
            "=" if !matches!(before, "inputs" | "outputs" | "shape") => {
                let value = match after {
                    "-" => format!("-{}", words[i + 2]),
                    "[" | "(" => "..".into(),
                    value => value.into(),
                };
                found.extend(open.last().map(|layer| format!("{layer}({before}={value})")));
            }
            _ => {}
        }
    }
    found
}

/// Whether a word is the name of a layer or of a function that makes one. Names of tensors and of layers in a graph are
/// shorter, or not called with arguments.
fn is_name(word: &str) -> bool {
    let functions = ["add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"];
    word.starts_with(char::is_uppercase) || functions.contains(&word)
}

/// Returns the names, numbers and other characters of a text.
fn words(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
            let (word, after) = rest.split_at(end);
            words.push(word);
            rest = after;
        }
    }
    words
}

#[test]
fn kinds_of_a_graph() {
    let graph =
        "let h = TimeDistributed(Dense(3, activation = tanh))(x); let y = add([gru(h, mask = m), z], axis = -1);";
    let expected = ["Dense", "Dense(activation=tanh)", "TimeDistributed", "TimeDistributed(Dense)"];
    let expected = expected.into_iter().chain(["add", "add(axis=-1)", "call", "call(mask=m)"]);
    assert_eq!(kinds(graph), expected.map(String::from).collect());
}
