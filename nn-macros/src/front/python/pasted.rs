//! A graph that was pasted from Python, with all of its lines: one error that shows the lines as a graph has them. They
//! are read as if they had been written so, and nothing else follows from them.

use super::is_punct;
use super::lines::{
    Line, assigns, bound, end_of, input, is_half, is_model, is_number, is_partial, is_text, is_word, line, listed,
    names,
};
use super::recurrent::{Recurrent, Returns, returning};
use super::sequential::{with_input, without_shapes};
use super::translate::{inside, joined, parsed, parts, replaced, translated};
use super::written::written;
use crate::diagnostics::Diagnostics;
use crate::front::parse::{Body, Statement};
use crate::front::slips::piped;
use nn_core::Code;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use std::collections::BTreeSet;

/// The statements of a body in the form of a graph. Python in them is reported.
pub(crate) fn as_a_graph(body: Body, diagnostics: &mut Diagnostics) -> Vec<Statement> {
    let Body { statements, comments, is_class } = body;
    let lines: Vec<Line> = statements.iter().map(|statement| line(&statement.tokens)).collect();
    if !lines.iter().any(|line| matches!(line, Line::Assign(_) | Line::Import))
        && !statements.iter().any(|statement| is_model(&statement.tokens))
        && !is_half(&statements)
    {
        if let Some(first) = comments.first() {
            let error = diagnostics.error(Code::Python, first, "`#` begins a comment in Python");
            error.help("comments begin with `//`");
            if comments.len() > 1 {
                error.note(format!("so do {} more here", comments.len() - 1));
            }
        }
        return statements;
    }
    let mut paste = Paste { is_python: !comments.is_empty(), ..Paste::default() };
    for (statement, line) in statements.into_iter().zip(lines) {
        paste.read(statement, line);
    }
    paste.finish();
    if is_class {
        paste.changed = (0..paste.statements.len()).collect();
    }
    paste.report(!comments.is_empty(), diagnostics);
    paste.statements
}

#[derive(Default)]
struct Paste {
    statements: Vec<Statement>,
    /// Those of the statements that were written in another way.
    changed: BTreeSet<usize>,
    /// The first line of Python.
    first: Vec<TokenTree>,
    /// Whether there is more to it than a missing `let`.
    is_python: bool,
    imports: bool,
    /// Numbers, shapes and texts that have names now, which stand where they are used.
    numbers: Vec<(String, TokenTree)>,
    /// The first name of these.
    written_out: Option<String>,
    /// Calls that are no part of a graph.
    left_out: Vec<String>,
    /// Control flow, or a call that removes layers: the other lines alone are another graph.
    is_partial: bool,
    /// The models that lines bind, and their statements.
    models: Vec<(String, usize)>,
    recurrent: Recurrent,
    /// Whether the shape of an `Input` is left open.
    is_open: bool,
}

impl Paste {
    fn read(&mut self, statement: Statement, line: Line) {
        let Statement { tokens, semicolon, next } = statement;
        let (cut, mut tokens) = self.recurrent.last_steps(&tokens);
        cut.into_iter().for_each(|layer| self.returns(layer, Returns::Last));
        if self.first.is_empty() && !matches!(line, Line::Other) {
            self.first = tokens.clone();
        }
        self.is_partial |= is_partial(&tokens);
        match line {
            // A decorator, or a text about the lines behind it.
            Line::Other if is_punct(&tokens[0], '@') || tokens.iter().all(is_text) => self.is_python = true,
            Line::Other if is_word(&tokens[0], "let") => self.half(Statement { tokens, semicolon, next }),
            Line::Other => {
                if is_word(&tokens[0], "return") {
                    tokens.remove(0);
                }
                let made = merged(self.filled(translated(&tokens)));
                if written(&made) != written(&tokens) && end_of(&made).is_some() {
                    self.changed.insert(self.statements.len());
                    self.is_python = true;
                }
                if self.first.is_empty() && is_model(&tokens) {
                    self.first = tokens;
                }
                self.statements.push(Statement { tokens: made, semicolon, next: None });
            }
            Line::Import => (self.imports, self.is_python) = (true, true),
            Line::Call => {
                if !self.adds(&tokens) && !is_partial(&tokens) {
                    let call = &tokens[assigns(&tokens).map_or(0, |at| at + 1)..];
                    let path = call.iter().take_while(|token| !matches!(token, TokenTree::Group(_)));
                    let path: String = path.map(ToString::to_string).collect();
                    self.left_out.push(format!("`{path}(..)`"));
                }
            }
            Line::Assign(at) => {
                let right = merged(self.filled(translated(&tokens[at + 1..])));
                let calls = piped(&right, false).or_else(|| piped(&right, true));
                let right = calls.and_then(|calls| parsed(&calls, tokens[0].span())).unwrap_or(right);
                let (left, right) = self.unpacked(&tokens[..at], right);
                self.recurrent.made(&left, &right, &tokens[at + 1..], self.statements.len());
                self.is_python |= semicolon.is_none() || written(&tokens[at + 1..]) != written(&right);
                // A name that is bound again has another meaning from here on.
                self.numbers.retain(|(name, _)| !names(&left, name));
                if let ([TokenTree::Ident(name)], [value]) = (&left[..], &right[..])
                    && (is_number(value) || tokens[at + 1..].iter().all(is_text))
                {
                    self.is_python = true;
                    self.written_out.get_or_insert_with(|| name.to_string());
                    self.numbers.push((name.to_string(), value.clone()));
                    return;
                }
                if let ([TokenTree::Ident(name)], Some(_)) = (&left[..], end_of(&right)) {
                    self.models.push((name.to_string(), self.statements.len()));
                }
                let word = TokenTree::from(Ident::new("let", tokens[0].span()));
                let tokens = [word].into_iter().chain(left).chain([tokens[at].clone()]).chain(right).collect();
                self.changed.insert(self.statements.len());
                self.statements.push(Statement { tokens, semicolon, next: None });
            }
        }
    }

    /// A line that has its `let` already: `let x = layers.Dense(64)(x);`.
    fn half(&mut self, statement: Statement) {
        let Statement { tokens, semicolon, next } = statement;
        let at = tokens.iter().position(|token| is_punct(token, '=')).map_or(tokens.len(), |at| at + 1);
        let right = merged(self.filled(translated(&tokens[at..])));
        let is_changed = written(&right) != written(&tokens[at..]);
        let model = match (&tokens[..at], end_of(&right)) {
            ([_, TokenTree::Ident(name), _], Some(_)) => Some(name.to_string()),
            _ => None,
        };
        if is_changed {
            self.is_python = true;
            if self.first.is_empty() {
                self.first = tokens.clone();
            }
        }
        if is_changed || model.is_some() || next.is_some() {
            self.changed.insert(self.statements.len());
        }
        self.models.extend(model.map(|name| (name, self.statements.len())));
        let tokens = tokens[..at].iter().cloned().chain(right).collect();
        self.statements.push(Statement { tokens, semicolon, next: None });
    }

    /// Both sides of `out, (h, c) = lstm(x)` and of `a, b = c, d`.
    fn unpacked(&mut self, left: &[TokenTree], right: Vec<TokenTree>) -> (Vec<TokenTree>, Vec<TokenTree>) {
        // `out, (h, c) = nn.LSTM(16, 32)(x)`
        let mut right = right;
        if let ([TokenTree::Ident(word), call, tensor], true) = (&right[..], parts(left).len() > 1)
            && self.recurrent.is_torch(&right[..2])
        {
            let text =
                format!("let {} = {}", word.to_string().to_lowercase(), written(&[right[0].clone(), call.clone()]));
            let name = Ident::new(&word.to_string().to_lowercase(), word.span());
            if let Some(tokens) = parsed(&text, word.span()) {
                self.recurrent.made(&[name.clone().into()], &right[..2], &[], self.statements.len());
                right = vec![name.into(), tensor.clone()];
                self.changed.insert(self.statements.len());
                self.statements.push(Statement { tokens, semicolon: None, next: None });
            }
        }
        if parts(left).len() > 1
            && let Some((names, layer, returns)) = self.recurrent.unpacked(left, &right, &self.statements)
            && let Some(names) = parsed(&names, left[0].span())
        {
            self.returns(layer, returns);
            return (names, right);
        }
        let right = match right.iter().any(|token| is_punct(token, ',')) {
            true => vec![Group::new(Delimiter::Parenthesis, right.into_iter().collect()).into()],
            false => right,
        };
        (bound(left), right)
    }

    /// Writes into the statement of a recurrent layer what it returns.
    fn returns(&mut self, layer: usize, returns: Returns) {
        let Some(statement) = self.statements.get_mut(layer) else { return };
        if let Some(tokens) = returning(&statement.tokens, returns) {
            statement.tokens = tokens;
        }
    }

    /// Numbers in the place of their names.
    fn filled(&self, tokens: Vec<TokenTree>) -> Vec<TokenTree> {
        self.numbers.iter().fold(tokens, |tokens, (name, value)| replaced(&tokens, name, value))
    }

    /// Adds the layer of `model.add(Dense(64))` to the list of a `Sequential`.
    fn adds(&mut self, tokens: &[TokenTree]) -> bool {
        let [TokenTree::Ident(name), _, TokenTree::Ident(method), TokenTree::Group(arguments)] = tokens else {
            return false;
        };
        let found = self.models.iter().rev().find(|(model, _)| name == model);
        let (Some(&(_, model)), true) = (found, method == "add") else { return false };
        let layer = self.filled(translated(&inside(arguments)));
        let Some(TokenTree::Group(call)) = self.statements[model].tokens.last_mut() else { return false };
        let layers = match &inside(call)[..] {
            [] => Vec::new(),
            [TokenTree::Group(list)] if list.delimiter() == Delimiter::Bracket => inside(list),
            _ => return false,
        };
        let all: Vec<&[TokenTree]> = parts(&layers).into_iter().chain([&layer[..]]).collect();
        let list = TokenTree::from(Group::new(Delimiter::Bracket, joined(&all).into_iter().collect()));
        let mut made = Group::new(Delimiter::Parenthesis, list.into());
        made.set_span(call.span());
        *call = made;
        true
    }

    /// The last model is the end of the graph, if nothing else is: it has no name.
    fn finish(&mut self) {
        let is_end = |statement: &Statement| end_of(&statement.tokens).is_some();
        let ended = self.statements.iter().any(is_end);
        let inputs: Vec<String> = self.statements.iter().filter_map(|statement| input(&statement.tokens)).collect();
        for (i, statement) in self.statements.iter_mut().enumerate() {
            let model = self.models.iter().rposition(|(_, at)| *at == i);
            let is_last = model.is_some_and(|model| !ended && model + 1 == self.models.len());
            if model.is_none() && end_of(&statement.tokens).is_none() {
                continue;
            }
            let Some(TokenTree::Group(call)) = statement.tokens.last_mut() else { continue };
            if model.is_none() || is_last {
                self.is_open |= with_input(call, &|name| inputs.iter().any(|input| name == input));
            } else {
                without_shapes(call);
            }
        }
        let Some((name, at)) = self.models.pop().filter(|_| !ended) else { return };
        let used = self.statements[at + 1..].iter().any(|statement| names(&statement.tokens, &name));
        if !used {
            let tokens = &mut self.statements[at].tokens;
            let equals = tokens.iter().position(|token| is_punct(token, '=')).unwrap_or(0);
            tokens.drain(..=equals);
            self.statements[at].semicolon = None;
            let end = self.statements.remove(at);
            self.statements.push(end);
            let last = self.statements.len() - 1;
            let moved = |i: usize| if i == at { last } else { i - usize::from(i > at) };
            self.changed = self.changed.iter().copied().map(moved).collect();
        }
    }

    fn report(&self, comments: bool, diagnostics: &mut Diagnostics) {
        let mut lines = self.changed.iter().map(|&i| {
            let text = listed(&self.statements[i].tokens);
            if end_of(&self.statements[i].tokens).is_some() { text } else { format!("{text};") }
        });
        let error = match (self.is_python, self.changed.len()) {
            (false, 1) => {
                // It is clear what was meant.
                let name: TokenStream = self.first.iter().take_while(|token| !is_punct(token, '=')).cloned().collect();
                let text = lines.next().unwrap_or_default();
                diagnostics
                    .error(Code::NotALet, &name, "expected a `let` statement")
                    .help(format!("write `{text}`, also where the name had another meaning before"));
                return;
            }
            (false, _) => {
                let first: TokenStream = self.first.iter().cloned().collect();
                diagnostics.error(Code::NotALet, &first, "expected a `let` statement, here and on the lines after it")
            }
            (true, _) => {
                let first: TokenStream = self.first.iter().cloned().collect();
                diagnostics.error(Code::Python, &first, "this is Python, and a graph is Rust")
            }
        };
        let lines: Vec<String> = lines.collect();
        match &lines[..] {
            _ if self.is_partial => error.help(
                "write out the layers that loops, branches and methods of a model add or remove, one `let x = ..(x);` for each",
            ),
            [] => &mut *error,
            [line] if !line.contains('\n') => error.help(format!("write `{line}`")),
            lines => error.help(format!("write\n          {}", lines.join("\n          "))),
        };
        if self.is_open {
            error.note("`..` stands for the shape of one sample, which a `Sequential` starts with");
        } else if lines.iter().any(|line| line.contains("Input(shape = [..")) {
            error.note("`..` stands for the sizes of one sample, without the batch; an image has its channels last");
        }
        if self.imports {
            error.note("a graph imports nothing: layers and activations are named without a path");
        }
        if let Some(name) = &self.written_out {
            error.note(format!("the value of `{name}` stands where it is used: a `let` binds tensors or a layer"));
        }
        if !self.left_out.is_empty() {
            error.note(format!("leave out {}: a graph holds layers only", self.left_out.join(", ")));
        }
        if comments {
            error.note("comments begin with `//`");
        }
    }
}

/// A sum of tensors as a call: `a + b` is `add([a, b])`.
fn merged(tokens: Vec<TokenTree>) -> Vec<TokenTree> {
    let tokens = with_merged_arguments(tokens);
    let operator = |token: &TokenTree| ['+', '-', '*'].iter().any(|c| is_punct(token, *c));
    let Some(span) = tokens.iter().any(operator).then(|| tokens[0].span()) else { return tokens };
    let Ok(expr) = syn::parse2::<syn::Expr>(tokens.iter().cloned().collect()) else { return tokens };
    let is_tensor = |name: &Ident| name.to_string().contains(char::is_lowercase);
    let made = super::merged(&expr, &is_tensor).filter(|_| matches!(expr, syn::Expr::Binary(_)));
    let Some(made) = made.and_then(|text| text.parse::<TokenStream>().ok()) else { return tokens };
    made.into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}

/// Sums of tensors in the calls of layers: `Dense(4)(a + b)`. The arguments of a layer are numbers.
fn with_merged_arguments(tokens: Vec<TokenTree>) -> Vec<TokenTree> {
    let mut done: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let is_call = match done.last() {
            Some(TokenTree::Group(_)) => true,
            Some(TokenTree::Ident(name)) => name == "Model" || name.to_string().starts_with(char::is_lowercase),
            _ => false,
        };
        done.push(match token {
            TokenTree::Group(group) if is_call || group.delimiter() == Delimiter::Bracket => {
                let inside = inside(&group);
                let all: Vec<Vec<TokenTree>> = parts(&inside).iter().map(|part| merged(part.to_vec())).collect();
                let all: Vec<&[TokenTree]> = all.iter().map(|part| &part[..]).collect();
                let mut made = Group::new(group.delimiter(), joined(&all).into_iter().collect());
                made.set_span(group.span());
                made.into()
            }
            token => token,
        });
    }
    done
}
