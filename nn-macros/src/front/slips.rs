//! Brackets, operators and commas that a graph does not have: `Dense[4]`, `x |> Dense(4)`, `Dense(units => 4)`. The
//! message shows the part as it is written here.

mod heads;
mod neighbours;
mod pipes;

pub(crate) use pipes::piped;

use crate::diagnostics::Diagnostics;
use crate::front::control;
use crate::front::python::translate::{inside, joined, parts};
use crate::front::python::written::written;
use nn_core::Code;
use nn_core::activations::ACTIVATIONS;
use nn_core::layers::LAYERS;
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};

/// Reports the first slip in a statement. Returns the names that the statement binds, or `None` without a slip.
pub(crate) fn report(tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> Option<Vec<Ident>> {
    let (names, value) = heads::split(tokens);
    if brackets(value, diagnostics) {
        return Some(names);
    }
    if let Some(names) = heads::report(tokens, diagnostics) {
        return Some(names);
    }
    let found = pipes::report(tokens, value, diagnostics)
        || neighbours::report(value, diagnostics)
        || arguments(value, diagnostics);
    found.then_some(names)
}

/// Whether a name is one of a layer of the library, or `Input`, `Model`, `Sequential` or `Activation`.
fn is_layer(name: &Ident) -> bool {
    let name = name.to_string();
    LAYERS.iter().any(|spec| spec.name == name)
        || matches!(name.as_str(), "Input" | "Model" | "Sequential" | "Activation")
}

/// Whether a name is a function between tensors: `add` or `relu`.
fn is_function(name: &Ident) -> bool {
    let name = name.to_string();
    LAYERS.iter().any(|spec| spec.function == Some(name.as_str())) || is_activation(&name)
}

fn is_activation(name: &str) -> bool {
    ACTIVATIONS.iter().any(|spec| spec.names.contains(&name))
}

fn comma() -> TokenTree {
    Punct::new(',', Spacing::Alone).into()
}

fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

/// Reports the first layer or function with other brackets than parentheses: `Dense[4]`, `Dense{4}`, `Dense<4>(x)`,
/// `Dense(4)[x]`.
fn brackets(tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    for (i, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token
            && brackets(&inside(group), diagnostics)
        {
            return true;
        }
        if i > 0 && (called_with_sign(&tokens[i - 1..], diagnostics) || slice(&tokens[i - 1..], diagnostics)) {
            return true;
        }
        let TokenTree::Ident(name) = token else { continue };
        let is_field = i > 0 && (is_punct(&tokens[i - 1], '.') || is_punct(&tokens[i - 1], ':'));
        if is_field || !is_layer(name) && !is_function(name) {
            continue;
        }
        match &tokens[i + 1..] {
            [TokenTree::Group(group), ..]
                if is_wrong(group) || name == "Model" && group.delimiter() == Delimiter::Brace =>
            {
                let (made, mark) = (with_parentheses(name, group), opened(group));
                diagnostics
                    .error(Code::Syntax, group, format!("expected `(` after `{name}`, but got `{mark}`"))
                    .help(format!("write `{made}`"));
                return true;
            }
            [first, TokenTree::Group(group), ..]
                if is_group(first, Delimiter::Parenthesis)
                    && (is_wrong(group) || group.delimiter() == Delimiter::Bracket)
                    && is_layer(name)
                    && name != "Model"
                    && name != "Input" =>
            {
                let made = written(&[token.clone(), first.clone()]);
                let (tensor, mark) = (written(&inside(group)), opened(group));
                diagnostics
                    .error(Code::Syntax, group, format!("expected `(` after `{made}`, but got `{mark}`"))
                    .help(format!("a layer is called with parentheses: `{made}({tensor})`"));
                return true;
            }
            [open, rest @ ..] if is_punct(open, '<') => {
                let Some(end) = rest.iter().position(|token| is_punct(token, '>')) else { continue };
                let part: TokenStream = tokens[i + 1..i + 3 + end].iter().cloned().collect();
                diagnostics
                    .error(Code::Syntax, &part, format!("`{name}` has no type arguments in a graph"))
                    .help(format!("write `{}`", with_text(name, &rest[..end])));
                return true;
            }
            _ => {}
        }
    }
    false
}

/// Reports a sign between a layer and its tensor: `Dense(4).(x)` and `Dense(4)::(x)`.
fn called_with_sign(tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    let (count, call) = match tokens {
        [TokenTree::Group(_), point, call, ..] if is_punct(point, '.') => (1, call),
        [TokenTree::Group(_), first, second, call, ..] if is_punct(first, ':') && is_punct(second, ':') => (2, call),
        _ => return false,
    };
    if !is_group(call, Delimiter::Parenthesis) {
        return false;
    }
    let sign: TokenStream = tokens[1..1 + count].iter().cloned().collect();
    diagnostics
        .error(Code::Syntax, &sign, format!("expected `(`, but got `{}`", written(&tokens[1..1 + count])))
        .help("a layer is called with parentheses behind it: `Dense(4)(x)`");
    true
}

/// Reports a slice of Python: `x[:, -1]`.
fn slice(tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    let [TokenTree::Ident(_) | TokenTree::Group(_), TokenTree::Group(index), ..] = tokens else { return false };
    let inside = inside(index);
    if index.delimiter() != Delimiter::Bracket || !inside.iter().any(|token| is_punct(token, ':')) {
        return false;
    }
    let mut error = diagnostics.error(Code::Python, index, "this slice is Python");
    if written(&inside).contains("-1") {
        error = error.help("a recurrent layer returns its last step, unless it has `return_sequences = true`");
    }
    error.help("a layer of your own can cut a tensor: see `nn::layer!`");
    true
}

/// Whether these brackets are not those of a call. A struct with fields, `Dense { units: 4 }`, has its own message.
fn is_wrong(group: &Group) -> bool {
    let has_fields = || match &inside(group)[..] {
        [TokenTree::Ident(_), colon, ..] => is_punct(colon, ':'),
        _ => false,
    };
    match group.delimiter() {
        Delimiter::Bracket => true,
        Delimiter::Brace => !has_fields(),
        Delimiter::Parenthesis | Delimiter::None => false,
    }
}

fn opened(group: &Group) -> &'static str {
    if group.delimiter() == Delimiter::Bracket { "[" } else { "{" }
}

/// `Dense(4)` for `Dense[4]`, and `Sequential([..])` for `Sequential[..]`.
fn with_parentheses(name: &Ident, group: &Group) -> String {
    let fields = |token: TokenTree| if is_punct(&token, ':') { Punct::new('=', Spacing::Alone).into() } else { token };
    with_text(name, &inside(group).into_iter().map(fields).collect::<Vec<_>>())
}

fn with_text(name: &Ident, inside: &[TokenTree]) -> String {
    let text = written(inside);
    let takes_list = LAYERS.iter().any(|spec| spec.function == Some(name.to_string().as_str()))
        || name == "Sequential" && !inside.first().is_some_and(|first| is_group(first, Delimiter::Bracket));
    if takes_list { format!("{name}([{}])", text.trim_end_matches(',')) } else { format!("{name}({text})") }
}

/// Reports the first slip in the arguments of a call, also of one inside.
fn arguments(tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    for (i, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let within = inside(group);
        let is_value = i > 0 && matches!(&tokens[i - 1], TokenTree::Ident(_) | TokenTree::Group(_));
        let is_call = group.delimiter() == Delimiter::Parenthesis && is_value;
        let front = || written(&tokens[i - 1..i]);
        if is_call && (commas(&front(), &within, diagnostics) || keywords(&front(), &within, diagnostics))
            || group.delimiter() == Delimiter::Bracket && numbers(&within, diagnostics)
            || group.delimiter() != Delimiter::Brace && arguments(&within, diagnostics)
        {
            return true;
        }
    }
    false
}

/// Reports a semicolon for a comma, a comma too many, or one that is missing.
fn commas(name: &str, tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    let call = |tokens: &[TokenTree]| format!("write `{name}({})`", written(tokens));
    let all = || joined(&parts(tokens));
    if let Some(semicolon) = tokens.iter().find(|token| is_punct(token, ';')) {
        let as_comma = |token: &TokenTree| if is_punct(token, ';') { comma() } else { token.clone() };
        let fixed: Vec<TokenTree> = tokens.iter().map(as_comma).collect();
        diagnostics
            .error(Code::Syntax, semicolon, "expected `,` between arguments")
            .help(call(&joined(&parts(&fixed))));
        return true;
    }
    let double = |pair: &[TokenTree]| is_punct(&pair[0], ',') && is_punct(&pair[1], ',');
    let extra = tokens.windows(2).find(|pair| double(pair)).map(|pair| &pair[1]);
    if let Some(comma) = extra.or_else(|| tokens.first().filter(|first| is_punct(first, ','))) {
        diagnostics.error(Code::Syntax, comma, "expected an argument before this comma").help(call(&all()));
        return true;
    }
    for (at, pair) in tokens.windows(2).enumerate() {
        let [before, TokenTree::Ident(word)] = pair else { continue };
        let is_value = match before {
            TokenTree::Literal(_) => true,
            TokenTree::Ident(before) => !is_word(before),
            TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(_) => false,
        };
        let is_keyword = tokens.get(at + 2).is_some_and(|next| is_punct(next, '='));
        // A word that Rust or Python has within an expression has its message elsewhere.
        if is_value && is_keyword && !is_word(word) {
            let (front, rest) = tokens.split_at(at + 1);
            let fixed = [front, std::slice::from_ref(&comma()), rest].concat();
            diagnostics.error(Code::Syntax, word, format!("expected `,` before `{word}`")).help(call(&fixed));
            return true;
        }
    }
    false
}

/// Whether a word stands between two parts of an expression, or before one.
fn is_word(word: &Ident) -> bool {
    let word = word.to_string();
    control::is_statement(&word)
        || matches!(
            word.as_str(),
            "as" | "else" | "in" | "is" | "and" | "or" | "not" | "move" | "ref" | "mut" | "lambda"
        )
}

/// Reports the first argument whose keyword is not followed by `=`: `units => 4`, `units 4`, `"units" = 4`.
fn keywords(name: &str, tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    for part in parts(tokens) {
        if let [TokenTree::Literal(text), equals, value @ ..] = part
            && (is_punct(equals, '=') || is_punct(equals, ':'))
            && text.to_string().starts_with('"')
        {
            let (word, value) = (text.to_string(), written(value));
            diagnostics
                .error(Code::Quotes, text, "the name of an argument has no quotes")
                .help(format!("write `{} = {value}`", word.trim_matches('"')));
            return true;
        }
        let [TokenTree::Ident(word), rest @ ..] = part else { continue };
        if is_word(word) || word.to_string().starts_with(char::is_uppercase) {
            continue;
        }
        let (operator, value) = match rest {
            [equals] if is_punct(equals, '=') => {
                diagnostics
                    .error(Code::Syntax, equals, format!("expected a value after `{word} =`"))
                    .help(format!("leave `{word}` out, and it has its default"));
                return true;
            }
            [first, second, value @ ..] if name == "Model" && is_assignment(first, second) && !is_end_word(word) => {
                let part: TokenStream = rest[..2].iter().cloned().collect();
                diagnostics
                    .error(Code::Syntax, &part, "expected `,`")
                    .help(format!("write `Model(inputs = {word}, outputs = {})`", written(value)));
                return true;
            }
            [first, second, value @ ..] if is_assignment(first, second) => (&rest[..2], value),
            [TokenTree::Literal(_)] => (&rest[..1], rest),
            _ => continue,
        };
        let part: TokenStream = operator.iter().cloned().collect();
        diagnostics
            .error(Code::Syntax, &part, format!("expected `=` after `{word}`"))
            .help(format!("write `{word} = {}`", written(value)));
        return true;
    }
    false
}

fn is_end_word(word: &Ident) -> bool {
    word == "inputs" || word == "outputs"
}

/// Reports a list of numbers without commas: `[28 28]`.
fn numbers(tokens: &[TokenTree], diagnostics: &mut Diagnostics) -> bool {
    let Some(pair) = tokens.windows(2).find(|pair| matches!(pair, [TokenTree::Literal(_), TokenTree::Literal(_)]))
    else {
        return false;
    };
    let all: Vec<String> = tokens.iter().filter(|token| !is_punct(token, ',')).map(ToString::to_string).collect();
    diagnostics
        .error(Code::Syntax, &pair[1], format!("expected `,` before `{}`", pair[1]))
        .help(format!("write `[{}]`", all.join(", ")));
    true
}

/// Whether two characters are an assignment in another language: `=>`, `:=`, `->`, `<-`, `==`.
fn is_assignment(first: &TokenTree, second: &TokenTree) -> bool {
    let operators = [('=', '>'), (':', '='), ('-', '>'), ('<', '-'), ('=', '=')];
    let joint = matches!(first, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint);
    joint && operators.iter().any(|(a, b)| is_punct(first, *a) && is_punct(second, *b))
}
