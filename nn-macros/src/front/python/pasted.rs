//! A graph that was pasted from Python, with all of its lines: one error that shows the lines as a graph has them. They
//! are read as if they had been written so, and nothing else follows from them.

use super::translate::{inside, joined, parts, replaced, string, translated};
use super::written::written;
use super::{METHODS, is_punct};
use crate::diagnostics::Diagnostics;
use crate::front::control;
use crate::front::parse::{Body, Statement};
use nn_core::Code;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use std::collections::BTreeSet;

/// The kind of a statement in Python.
enum Line {
    /// `x = Dense(64)(x)`, with the place of its `=`.
    Assign(usize),
    /// `from keras import layers`
    Import,
    /// `model.compile(..)` or `print(..)`
    Call,
    Other,
}

/// The statements of a body in the form of a graph. Python in them is reported.
pub(crate) fn as_a_graph(body: Body, diagnostics: &mut Diagnostics) -> Vec<Statement> {
    let Body { statements, comments } = body;
    let lines: Vec<Line> = statements.iter().map(|statement| line(&statement.tokens)).collect();
    if !lines.iter().any(|line| matches!(line, Line::Assign(_) | Line::Import)) {
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
    paste.report(!comments.is_empty(), diagnostics);
    paste.statements
}

fn line(tokens: &[TokenTree]) -> Line {
    let word = |i: usize| match tokens.get(i) {
        Some(TokenTree::Ident(word)) => word.to_string(),
        _ => String::new(),
    };
    match word(0).as_str() {
        "let" => return Line::Other,
        "import" | "from" if !word(1).is_empty() => return Line::Import,
        "return" => return Line::Other,
        _ => {}
    }
    if let Some(at) = assigns(tokens) {
        return if trains(&tokens[at + 1..]) { Line::Call } else { Line::Assign(at) };
    }
    // A path with points, and a call.
    let path = tokens.iter().take_while(|token| matches!(token, TokenTree::Ident(_)) || is_punct(token, '.')).count();
    let called = matches!(&tokens[path..], [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis);
    let is_method = path >= 3 && METHODS.contains(&word(path - 1).as_str());
    if called && (is_method || word(0) == "print" || path >= 3) { Line::Call } else { Line::Other }
}

/// Whether a statement decides which layers a graph has.
fn is_partial(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Ident(word), ..] if word != "return" && control::is_statement(&word.to_string()) => true,
        [.., dot, TokenTree::Ident(method), TokenTree::Group(_)] => is_punct(dot, '.') && method == "pop",
        _ => false,
    }
}

/// Whether this is a call on a model that is no part of a graph: the right side of `history = model.fit(..)`.
fn trains(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Ident(_), dot, TokenTree::Ident(method), TokenTree::Group(_)] = tokens else { return false };
    is_punct(dot, '.') && method != "add" && METHODS.contains(&method.to_string().as_str())
}

/// The place of the `=` in `x = ..`, `a, b = ..`, `(a, b) = ..` or `self.x = ..`.
fn assigns(tokens: &[TokenTree]) -> Option<usize> {
    let at = tokens.iter().position(|token| is_punct(token, '='))?;
    if at == 0 || tokens.get(at + 1).is_none_or(|next| is_punct(next, '=')) {
        return None;
    }
    let are_names = |tokens: &[TokenTree]| {
        tokens.iter().all(|token| matches!(token, TokenTree::Ident(_)) || is_punct(token, ',') || is_punct(token, '.'))
    };
    // `x := ..`
    let left = &tokens[..at - usize::from(at > 1 && is_punct(&tokens[at - 1], ':'))];
    let is_list =
        matches!(left, [TokenTree::Group(group)] if group.delimiter() != Delimiter::Brace && are_names(&inside(group)));
    let keyword = matches!(&left[0], TokenTree::Ident(word) if control::is_statement(&word.to_string()));
    (is_list || are_names(left) && !keyword && matches!(left[0], TokenTree::Ident(_))).then_some(at)
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
}

impl Paste {
    fn read(&mut self, statement: Statement, line: Line) {
        let Statement { mut tokens, semicolon, next } = statement;
        if self.first.is_empty() && !matches!(line, Line::Other) {
            self.first = tokens.clone();
        }
        self.is_partial |= is_partial(&tokens);
        match line {
            // A decorator, or a text about the lines behind it.
            Line::Other if is_punct(&tokens[0], '@') || tokens.iter().all(is_text) => self.is_python = true,
            Line::Other if is_word(&tokens[0], "let") => self.statements.push(Statement { tokens, semicolon, next }),
            Line::Other => {
                if is_word(&tokens[0], "return") {
                    tokens.remove(0);
                }
                let made = self.filled(translated(&tokens));
                if written(&made) != written(&tokens) && end_of(&made).is_some() {
                    self.changed.insert(self.statements.len());
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
                let (left, right) = (bound(&tokens[..at]), merged(self.filled(translated(&tokens[at + 1..]))));
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
        for (_, at) in &self.models {
            if let Some(TokenTree::Group(call)) = self.statements[*at].tokens.last_mut() {
                with_input(call);
            }
        }
        let is_end = |statement: &Statement| end_of(&statement.tokens).is_some();
        let Some((name, at)) = self.models.pop().filter(|_| !self.statements.iter().any(is_end)) else { return };
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
        if self.imports {
            error.note("a graph imports nothing: layers and activations are named without a path");
        }
        if let Some(name) = &self.written_out {
            error.note(format!("`{name}` is written out: a `let` binds tensors or a layer"));
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

/// The names that a line of Python binds, as a `let` has them: `a, b` is `(a, b)`, and `self.x` is `x`.
fn bound(tokens: &[TokenTree]) -> Vec<TokenTree> {
    let tokens: Vec<TokenTree> = tokens.iter().filter(|token| !is_punct(token, ':')).cloned().collect();
    let parts: Vec<Vec<TokenTree>> =
        parts(&tokens).iter().map(|part| part.last().cloned().into_iter().collect()).collect();
    match &parts[..] {
        [one] => one.clone(),
        parts => {
            let parts: Vec<&[TokenTree]> = parts.iter().map(|part| &part[..]).collect();
            vec![Group::new(Delimiter::Parenthesis, joined(&parts).into_iter().collect()).into()]
        }
    }
}

/// A statement as text; the layers of a `Sequential` have a line each.
fn listed(tokens: &[TokenTree]) -> String {
    let text = written(tokens);
    let (Some(TokenTree::Group(call)), true) = (tokens.last(), text.len() > 90) else { return text };
    let [TokenTree::Group(list)] = &inside(call)[..] else { return text };
    let (elements, front) = (inside(list), written(&tokens[..tokens.len() - 1]));
    let elements: Vec<String> =
        parts(&elements).into_iter().map(|part| format!("\n              {}", written(part))).collect();
    format!("{front}([{},\n          ])", elements.join(","))
}

/// The word of a call `Model(..)` or `Sequential(..)` that is all there is.
fn end_of(tokens: &[TokenTree]) -> Option<&Ident> {
    match tokens {
        [TokenTree::Ident(word), TokenTree::Group(_)] if word == "Model" || word == "Sequential" => Some(word),
        _ => None,
    }
}

/// Whether some tokens hold a name.
fn names(tokens: &[TokenTree], name: &str) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => names(&inside(group), name),
        _ => false,
    })
}

/// The shape of the first layer of a `Sequential`, `Dense(64, input_shape = [8])`, as an `Input` before it.
fn with_input(call: &mut Group) {
    let [TokenTree::Group(list)] = &inside(call)[..] else { return };
    let layers = inside(list);
    let layers = parts(&layers);
    let Some([TokenTree::Ident(layer), TokenTree::Group(arguments)]) = layers.first() else { return };
    let all = inside(arguments);
    let (shape, others): (Vec<&[TokenTree]>, Vec<&[TokenTree]>) = parts(&all).into_iter().partition(|part| {
        let is_shape = |word: &Ident| word == "input_shape" || word == "input_dim" && layer != "Embedding";
        matches!(part, [TokenTree::Ident(word), ..] if is_shape(word))
    });
    let [[_, equals, shape @ ..]] = &shape[..] else { return };
    let word = |text: &str| TokenTree::from(Ident::new(text, layer.span()));
    let around = |delimiter: Delimiter, tokens: Vec<TokenTree>, span: Span| {
        let mut group = Group::new(delimiter, tokens.into_iter().collect());
        group.set_span(span);
        TokenTree::from(group)
    };
    let shape = match shape {
        [TokenTree::Group(_)] => shape.to_vec(),
        size => vec![around(Delimiter::Bracket, size.to_vec(), layer.span())],
    };
    let shape = [vec![word("shape"), equals.clone()], shape].concat();
    let input = [word("Input"), around(Delimiter::Parenthesis, shape, layer.span())];
    let first = [word(&layer.to_string()), around(Delimiter::Parenthesis, joined(&others), arguments.span())];
    let all: Vec<&[TokenTree]> = [&input[..], &first[..]].into_iter().chain(layers[1..].iter().copied()).collect();
    let list = around(Delimiter::Bracket, joined(&all), list.span());
    if let TokenTree::Group(made) = around(Delimiter::Parenthesis, vec![list], call.span()) {
        *call = made;
    }
}

/// Whether this is a number, or a list of numbers or names.
fn is_number(token: &TokenTree) -> bool {
    match token {
        TokenTree::Literal(literal) => string(literal).is_none(),
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            let parts = inside(group);
            let parts = self::parts(&parts);
            let is_part = |token: &TokenTree| is_number(token) || matches!(token, TokenTree::Ident(_));
            !parts.is_empty() && parts.iter().all(|part| matches!(part, [one] if is_part(one)))
        }
        _ => false,
    }
}

fn is_text(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Literal(literal) if string(literal).is_some())
}

fn is_word(token: &TokenTree, text: &str) -> bool {
    matches!(token, TokenTree::Ident(word) if word == text)
}
