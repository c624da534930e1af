//! A model that is a `class` with `forward` or `call`, or a `def` that returns one: its lines in the order of a graph.

use super::is_punct;
use super::lines::assigns;
use super::translate::{inside, joined, parsed, parts, replaced};
use super::written::written;
use crate::front::parse::{Body, Statement, position};
use proc_macro2::{Group, Ident, TokenTree};

/// Layers of PyTorch, the argument with the size of their input, and the shape of a sample with that size.
const SIZES: &[(&str, &str, &str)] = &[
    ("Linear", "in_features", "[{}]"),
    ("BatchNorm1d", "num_features", "[{}]"),
    ("Conv1d", "in_channels", "[.., {}]"),
    ("Conv2d", "in_channels", "[.., .., {}]"),
    ("LSTM", "input_size", "[.., {}]"),
    ("GRU", "input_size", "[.., {}]"),
    ("RNN", "input_size", "[.., {}]"),
];

/// A line, or the lines of an expression over several.
struct Row {
    column: usize,
    tokens: Vec<TokenTree>,
}

impl Row {
    /// The word `class` or `def`, the name, the parameters, and what follows the colon.
    fn header(&self) -> Option<(String, String, Vec<TokenTree>, &[TokenTree])> {
        let [TokenTree::Ident(word), TokenTree::Ident(name), rest @ ..] = &self.tokens[..] else { return None };
        let colon = rest.iter().position(|token| is_punct(token, ':'))?;
        let parameters = match &rest[0] {
            TokenTree::Group(group) => inside(group),
            _ => Vec::new(),
        };
        (word == "class" || word == "def").then(|| (word.to_string(), name.to_string(), parameters, &rest[colon + 1..]))
    }

    fn is(&self, words: &[&str]) -> bool {
        matches!(&self.tokens[0], TokenTree::Ident(word) if words.contains(&word.to_string().as_str()))
    }
}

/// The lines of a graph, if this is such a class or function.
pub(crate) fn graph(tokens: &[TokenTree]) -> Option<Body> {
    let rows = rows(tokens)?;
    if rows.iter().any(|row| row.is(&["let"])) {
        return None;
    }
    let begins = |word: &str| rows.iter().any(|row| row.header().is_some_and(|(found, ..)| found == word));
    let rows = if begins("class") { class(&rows)? } else { function(&rows).filter(|_| begins("def"))? };
    let statement = |tokens| Statement { tokens, semicolon: None, next: None };
    Some(Body { statements: rows.into_iter().map(statement).collect(), comments: Vec::new(), is_class: true })
}

/// The lines, without comments; `None` where nobody knows which tokens are on a line.
fn rows(tokens: &[TokenTree]) -> Option<Vec<Row>> {
    let (mut rows, mut end, mut comment) = (Vec::<Row>::new(), 0, false);
    for (i, token) in tokens.iter().enumerate() {
        let (line, column) = position(token.span())?;
        if line > end || rows.is_empty() {
            comment = false;
        }
        comment |= is_punct(token, '#') && !matches!(tokens.get(i + 1), Some(TokenTree::Group(_)));
        let last = match token {
            TokenTree::Group(group) => position(group.span_close())?.0,
            _ => line,
        };
        if comment || is_punct(token, ';') {
            end = end.max(last);
            continue;
        }
        match rows.last_mut().filter(|_| line <= end) {
            Some(row) => row.tokens.push(token.clone()),
            None => rows.push(Row { column, tokens: vec![token.clone()] }),
        }
        end = last;
    }
    Some(rows)
}

/// The parameters and the lines of a function or class that begins at a row.
fn block(rows: &[Row], at: usize) -> Vec<Row> {
    let within = rows[at + 1..].iter().take_while(|row| row.column > rows[at].column);
    let mut lines: Vec<Row> = within.map(|row| Row { column: row.column, tokens: row.tokens.clone() }).collect();
    if let Some((.., behind)) = rows[at].header()
        && !behind.is_empty()
    {
        lines.insert(0, Row { column: rows[at].column + 1, tokens: behind.to_vec() });
    }
    lines
}

/// The function of a class with one of these names: its parameters and its lines.
fn method(class: &[Row], names: &[&str]) -> Option<(Vec<TokenTree>, Vec<Row>)> {
    let is_it = |row: &Row| row.header().is_some_and(|(word, name, ..)| word == "def" && names.contains(&&*name));
    let at = class.iter().position(is_it)?;
    Some((class[at].header()?.2, block(class, at)))
}

/// The last class that computes something: its layers, and the lines of `forward`.
fn class(rows: &[Row]) -> Option<Vec<Vec<TokenTree>>> {
    let classes = (0..rows.len()).rev().filter(|&at| rows[at].header().is_some_and(|(word, ..)| word == "class"));
    let computes = |at: usize| Some((at, method(&block(rows, at), &["forward", "call", "__call__"])?));
    let (at, (parameters, forward)) = classes.into_iter().find_map(computes)?;
    let layers = method(&block(rows, at), &["__init__", "setup", "build"]).map(|(_, lines)| lines).unwrap_or_default();
    let layers: Vec<Vec<TokenTree>> = layers.into_iter().filter(is_kept).map(|row| row.tokens).collect();
    let mut forward: Vec<Vec<TokenTree>> = forward.into_iter().filter(is_kept).map(|row| row.tokens).collect();
    let end = forward.iter().rposition(|line| matches!(&line[0], TokenTree::Ident(word) if word == "return"))?;
    let returned = forward.drain(end..).next()?;
    let span = rows[at].tokens[0].span();
    let (mut lines, mut inputs) = (Vec::new(), Vec::new());
    for parameter in parts(&parameters) {
        let (TokenTree::Ident(name), None) = (&parameter[0], parameter.iter().find(|token| is_punct(token, '=')))
        else {
            continue;
        };
        if name == "self" {
            continue;
        }
        let shape = shape(name, &forward, &returned, &layers);
        let input = renamed(name, &mut forward);
        lines.push(parsed(&format!("{input} = Input(shape = {shape})"), span)?);
        inputs.push(input);
    }
    lines.extend(layers);
    lines.extend(forward);
    let value = match &returned[1..] {
        [TokenTree::Group(group)] if inside(group).iter().any(|token| is_punct(token, ',')) => inside(group),
        value => value.to_vec(),
    };
    let (values, mut outputs) = (parts(&value), Vec::new());
    for (i, value) in values.iter().enumerate() {
        if let [TokenTree::Ident(name)] = value {
            outputs.push(name.to_string());
            continue;
        }
        let name = if values.len() == 1 { "output".to_string() } else { format!("output_{i}") };
        let mut line = parsed(&format!("{name} ="), span)?;
        line.extend(value.iter().cloned());
        lines.push(line);
        outputs.push(name);
    }
    let list = |names: &[String]| match names {
        [one] => one.clone(),
        names => format!("[{}]", names.join(", ")),
    };
    lines.push(parsed(&format!("Model(inputs = {}, outputs = {})", list(&inputs), list(&outputs)), span)?);
    Some(lines)
}

/// Whether a line may be part of a graph: no text, no `pass`, and no call of the class above.
fn is_kept(row: &Row) -> bool {
    let is_text = matches!(&row.tokens[..], [TokenTree::Literal(_), ..]);
    !is_text && !row.is(&["super", "pass"]) && row.header().is_none()
}

/// The lines of a function that makes a model, and those around it.
fn function(rows: &[Row]) -> Option<Vec<Vec<TokenTree>>> {
    let at = rows.iter().position(|row| row.header().is_some())?;
    let (_, name, ..) = rows[at].header()?;
    let lines = block(rows, at);
    if !lines.iter().any(|row| row.is(&["return"])) {
        return None;
    }
    let behind = rows[at + 1..].iter().skip_while(|row| row.column > rows[at].column);
    let is_apart = |row: &&Row| !holds(&row.tokens, &name) && row.header().is_none();
    // `return model`
    let is_name = |row: &Row| row.is(&["return"]) && matches!(&row.tokens[..], [_, TokenTree::Ident(_)]);
    let lines = lines.iter().filter(|row| is_kept(row) && !is_name(row));
    let all = rows[..at].iter().filter(is_apart).chain(lines).chain(behind.filter(is_apart));
    Some(all.map(|row| row.tokens.clone()).collect())
}

/// Gives an input a name of its own if its parameter has another meaning later, `x = self.fc(x)`. Returns its name.
fn renamed(parameter: &Ident, lines: &mut [Vec<TokenTree>]) -> String {
    let binds = |line: &Vec<TokenTree>| assigns(line).is_some_and(|at| holds(&line[..at], &parameter.to_string()));
    let Some(last) = lines.iter().position(binds) else { return parameter.to_string() };
    let free = |name: &&str| !lines.iter().any(|line| holds(line, name));
    let Some(name) = ["inputs", "input", "sample"].into_iter().find(free).filter(|name| parameter != name) else {
        return parameter.to_string();
    };
    let new = TokenTree::from(Ident::new(name, parameter.span()));
    let parameter = parameter.to_string();
    for line in &mut lines[..last] {
        *line = replaced(line, &parameter, &new);
    }
    let line = &mut lines[last];
    let at = assigns(line).unwrap_or(0);
    let right = replaced(&line[at..], &parameter, &new);
    line.truncate(at);
    line.extend(right);
    name.to_string()
}

fn holds(tokens: &[TokenTree], name: &str) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => holds(&inside(group), name),
        _ => false,
    })
}

/// The shape of a sample, by the first layer that an input goes into: `[784]`, or `[.., .., 1]`. Behind it may stand a
/// type: `[..], dtype = u32`.
fn shape(input: &Ident, forward: &[Vec<TokenTree>], returned: &[TokenTree], layers: &[Vec<TokenTree>]) -> String {
    let lines = || forward.iter().map(|line| &line[..]).chain([returned]);
    let name = lines().find_map(|line| first_call(line, input));
    let of = |name: &str| layers.iter().find(|line| assigns(line).is_some_and(|at| holds(&line[..at], name)));
    let is_flatten = |layer: &[TokenTree]| written(layer).contains("Flatten(") && size(layer).is_none();
    let found = match name.as_deref().map(|name| (name, of(name).filter(|layer| !is_flatten(layer)))) {
        Some((_, Some(layer))) => size(layer),
        // It is made flat, so its sizes may be any with this product.
        Some((name, None)) if ["flatten", "view", "reshape"].contains(&name) || of(name).is_some() => {
            let linear = |line: &&Vec<TokenTree>| written(line).contains("Linear(");
            layers.iter().find(linear).and_then(|line| size(line))
        }
        _ => None,
    };
    found.unwrap_or_else(|| "[..]".to_string())
}

/// The function, layer or method that is called on a tensor first.
fn first_call(tokens: &[TokenTree], tensor: &Ident) -> Option<String> {
    for (i, token) in tokens.iter().enumerate() {
        if let [TokenTree::Ident(name), point, TokenTree::Ident(method), TokenTree::Group(_)] = &tokens[i..]
            && name == tensor
            && is_punct(point, '.')
        {
            return Some(method.to_string());
        }
        let TokenTree::Group(group) = token else { continue };
        let within = inside(group);
        let is_first = matches!(parts(&within).first(), Some([TokenTree::Ident(name)]) if name == tensor);
        if let (true, Some(TokenTree::Ident(name))) = (is_first, i.checked_sub(1).map(|i| &tokens[i])) {
            return Some(name.to_string());
        }
        if let Some(name) = first_call(&within, tensor) {
            return Some(name);
        }
    }
    None
}

/// The shape of a sample for the first layer of PyTorch in some tokens.
fn size(tokens: &[TokenTree]) -> Option<String> {
    for (i, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let name = match i.checked_sub(1).map(|i| &tokens[i]) {
            Some(TokenTree::Ident(name)) => name.to_string(),
            _ => String::new(),
        };
        if name == "Embedding" {
            return Some("[..], dtype = u32".to_string());
        }
        if let Some((_, keyword, shape)) = SIZES.iter().find(|(layer, ..)| *layer == name) {
            return argument(group, keyword).map(|size| shape.replace("{}", &size));
        }
        if let Some(found) = size(&inside(group)) {
            return Some(found);
        }
    }
    None
}

/// The first of two arguments or more, or the one with this keyword.
fn argument(call: &Group, keyword: &str) -> Option<String> {
    let within = inside(call);
    let all = parts(&within);
    let is = |part: &&&[TokenTree]| matches!(part, [TokenTree::Ident(word), equals, ..] if word == keyword && is_punct(equals, '='));
    let found = all.iter().find(is).map(|part| &part[2..]);
    let first = || all.first().copied().filter(|part| all.len() > 1 && !part.iter().any(|token| is_punct(token, '=')));
    let size = joined(&[found.or_else(first)?]);
    Some(written(&size))
}
