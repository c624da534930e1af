//! PyTorch's recurrent layers as a graph has them. There, a layer returns all steps and its last states; here, its
//! arguments say what it returns.

use super::is_punct;
use super::translate::{inside, parsed};
use super::written::written;
use crate::front::parse::Statement;
use proc_macro2::{Delimiter, Ident, TokenTree};

/// Words that only PyTorch's recurrent layers have.
const WORDS: &[&str] = &["batch_first", "num_layers", "hidden_size", "input_size", "bidirectional", "nonlinearity"];
/// The arguments without a keyword, in order.
const ORDER: &[&str] = &["input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional"];
/// More layers than this are not written out.
const MOST: usize = 8;

const STEPS: &str = ", return_sequences = true";

/// `nn.LSTM(16, 32, num_layers=2)` as layers that return all steps. `is_torch` tells whether a module says so.
pub(super) fn converted(name: &Ident, arguments: &[&[TokenTree]], is_torch: bool) -> Option<Vec<TokenTree>> {
    let layer = match name.to_string().as_str() {
        "LSTM" => "LSTM",
        "GRU" => "GRU",
        "RNN" => "SimpleRNN",
        _ => return None,
    };
    let keyword = |part: &&[TokenTree]| match part {
        [TokenTree::Ident(word), equals, ..] if is_punct(equals, '=') => Some(word.to_string()),
        _ => None,
    };
    let has_word = arguments.iter().filter_map(keyword).any(|word| WORDS.contains(&word.as_str()));
    let second_is_size = matches!(arguments, [_, [TokenTree::Literal(_)], ..]);
    if !(is_torch || has_word || second_is_size) {
        return None;
    }
    let (mut given, mut others) = (Vec::new(), String::new());
    for (i, part) in arguments.iter().enumerate() {
        match keyword(part) {
            Some(word) if ORDER.contains(&word.as_str()) => given.push((word, written(&part[2..]))),
            Some(word) if word == "nonlinearity" => others += &format!(", activation = {}", written(&part[2..])),
            Some(word) if matches!(word.as_str(), "device" | "dtype" | "proj_size") => {}
            Some(_) => others += &format!(", {}", written(part)),
            None => given.push((ORDER.get(i)?.to_string(), written(part))),
        }
    }
    let value = |word: &str| given.iter().find(|(given, _)| given == word).map(|(_, value)| value.as_str());
    // `LSTM(32)` may be meant as Keras has it.
    let units = value("hidden_size").or_else(|| value("input_size"))?;
    if value("bias") == Some("false") {
        others += ", use_bias = false";
    }
    let mut one = format!("{layer}({units}{STEPS}{others})");
    if value("bidirectional") == Some("true") {
        one = format!("Bidirectional({one})");
    }
    let count = value("num_layers").and_then(|count| count.parse().ok()).unwrap_or(1_usize).clamp(1, MOST);
    let between = match value("dropout") {
        Some(rate) if rate.parse().is_ok_and(|rate: f64| rate > 0.0) => format!(", Dropout({rate}), "),
        _ => ", ".to_string(),
    };
    let text = if count == 1 { one } else { format!("Sequential([{}])", vec![one; count].join(&between)) };
    parsed(&text, name.span())
}

/// Whether some tokens are such a layer, not yet called.
fn is_made(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Ident(_), TokenTree::Group(_)]) && written(tokens).contains(STEPS)
}

/// The recurrent layers of a pasted graph.
#[derive(Default)]
pub(super) struct Recurrent {
    /// Their names, and the statements that make them.
    layers: Vec<(String, usize)>,
    /// The tensors with all of their steps, and these statements.
    outputs: Vec<(String, usize)>,
    /// The tensors with last states, which PyTorch counts by layers: `h[-1]`.
    states: Vec<String>,
}

impl Recurrent {
    /// Whether a layer returns what PyTorch's returns.
    pub(super) fn is_torch(&self, layer: &[TokenTree]) -> bool {
        is_made(layer)
    }

    /// Remembers a layer of PyTorch's that statement number `at` makes. Keras's are made with the words of a graph.
    pub(super) fn made(&mut self, left: &[TokenTree], right: &[TokenTree], before: &[TokenTree], at: usize) {
        if let ([TokenTree::Ident(name)], true) = (left, is_made(right) && !written(before).contains("return_seq")) {
            self.layers.push((name.to_string(), at));
        }
    }

    /// The names that a call of such a layer binds as a graph has them, `out, (h, c)` or `h, _`, and what becomes of
    /// the layer. `None` if the line is no such call.
    pub(super) fn unpacked(
        &mut self,
        left: &[TokenTree],
        right: &[TokenTree],
        statements: &[Statement],
    ) -> Option<(String, usize, Returns)> {
        let [TokenTree::Ident(layer), TokenTree::Group(call)] = right else { return None };
        let (_, at) = *self.layers.iter().rev().find(|(name, _)| layer == name)?;
        if call.delimiter() != Delimiter::Parenthesis {
            return None;
        }
        let mut names = flat(left);
        let [first, states @ ..] = &names[..] else { return None };
        let (steps, used) = (first != "_", states.iter().any(|state| state != "_"));
        self.states.extend(states.iter().cloned());
        let returns = match (steps, used, states) {
            (_, false, _) => Returns::Steps,
            // The last output is the state; an LSTM has a second one.
            (false, true, [_] | [_, _]) if states.get(1).is_none_or(|cell| cell == "_") => {
                return Some((states[0].clone(), at, Returns::Last));
            }
            _ => Returns::StepsAndStates,
        };
        if steps {
            self.outputs.push((first.clone(), at));
        }
        let (first, made) = (first.clone(), written(&statements.get(at)?.tokens));
        if returns == Returns::StepsAndStates {
            // An LSTM has two states; a `Bidirectional` has those of each direction.
            if made.contains("LSTM(") && names.len() == 2 {
                names.push(format!("{}_cell", names[1]));
            }
            if made.contains("Bidirectional(") {
                let backward: Vec<String> = names[1..].iter().map(|name| format!("{name}_backward")).collect();
                names.extend(backward);
            }
        }
        match returns {
            Returns::StepsAndStates => Some((format!("({})", names.join(", ")), at, returns)),
            returns => Some((first, at, returns)),
        }
    }

    /// The statements whose tensors are cut at their last step, `out[:, -1, :]`, and the line without that.
    pub(super) fn last_steps(&self, tokens: &[TokenTree]) -> (Vec<usize>, Vec<TokenTree>) {
        let (mut found, mut done) = (Vec::new(), Vec::<TokenTree>::new());
        for token in tokens {
            let TokenTree::Group(group) = token else {
                done.push(token.clone());
                continue;
            };
            let name = match done.last() {
                Some(TokenTree::Ident(name)) if group.delimiter() == Delimiter::Bracket => name.to_string(),
                _ => String::new(),
            };
            let output = self.outputs.iter().rev().find(|(output, _)| *output == name);
            if self.states.contains(&name) {
                continue;
            }
            if let (Some((_, at)), true) = (output, written(&inside(group)).contains("-1")) {
                found.push(*at);
                continue;
            }
            let (more, within) = self.last_steps(&inside(group));
            found.extend(more);
            let mut made = proc_macro2::Group::new(group.delimiter(), within.into_iter().collect());
            made.set_span(group.span());
            done.push(made.into());
        }
        (found, done)
    }
}

/// The outputs of a layer that a pasted graph reads.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Returns {
    Steps,
    StepsAndStates,
    Last,
}

/// The statement of a layer, with the arguments for what it returns.
pub(super) fn returning(statement: &[TokenTree], returns: Returns) -> Option<Vec<TokenTree>> {
    let text = written(statement);
    let at = text.rfind(STEPS)?;
    let (before, after) = (&text[..at], &text[at + STEPS.len()..]);
    let text = match returns {
        Returns::Steps => return None,
        Returns::Last => format!("{before}{after}"),
        Returns::StepsAndStates if after.contains("return_state") => return None,
        Returns::StepsAndStates => format!("{before}{STEPS}, return_state = true{after}"),
    };
    parsed(&text, statement.first()?.span())
}

/// The names of `out, (h, c)`.
fn flat(tokens: &[TokenTree]) -> Vec<String> {
    let names = tokens.iter().flat_map(|token| match token {
        TokenTree::Ident(name) => vec![name.to_string()],
        TokenTree::Group(group) => flat(&inside(group)),
        _ => Vec::new(),
    });
    names.collect()
}
