//! Tokens to syntax. Only the grammar is checked here. A statement that does not parse costs only itself.

pub(crate) mod annotations;
pub(crate) mod end;
mod head;
mod split;

pub(crate) use split::{Body, Statement, position};

use crate::diagnostics::Diagnostics;
use crate::front::depth::is_too_deep;
use crate::front::{control, import, python, slips};
use crate::source::{is_reserved, text};
use end::is_end;
use head::Head;
use nn_core::Code;
use nn_core::layers::LAYERS;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Ident, Pat, Token, Type, Visibility};

/// The input of `model!`, as written.
pub(crate) struct Syntax {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) lets: Vec<Let>,
    /// The final `Model(..)` or `Sequential(..)`; `None` if it is missing or does not parse.
    pub(crate) tail: Option<Expr>,
    /// The path of the library from `#[nn(crate = ..)]`.
    pub(crate) library: Option<TokenStream>,
    /// Whether `#[nn(no_implicit_prelude)]` is on the struct: names such as `diagnostic` then mean nothing.
    pub(crate) no_prelude: bool,
    /// Whether `#[nn(profile)]` asks for the method `profile`.
    pub(crate) profile: bool,
    /// Whether `#[nn(stream)]` asks for streams.
    pub(crate) stream: bool,
}

impl Syntax {
    /// A struct without a graph.
    pub(crate) fn new(attributes: Vec<Attribute>, visibility: Visibility, name: Ident) -> Self {
        let (lets, tail, library) = (Vec::new(), None, None);
        Syntax { attributes, visibility, name, lets, tail, library, no_prelude: false, profile: false, stream: false }
    }
}

/// `let name = value;`
#[derive(Default)]
pub(crate) struct Let {
    /// The documentation before it, a line each.
    pub(crate) docs: Vec<String>,
    /// One name, or those of a tuple pattern; none for `add_loss(x);`.
    pub(crate) names: Vec<Ident>,
    /// `None` if it did not parse.
    pub(crate) value: Option<Expr>,
    /// The tokens of a statement that did not parse.
    pub(crate) unparsed: TokenStream,
}

/// Parses the whole input; `None` if there is not even a struct to write.
pub(crate) fn parse(input: TokenStream, diagnostics: &mut Diagnostics) -> Option<Syntax> {
    let mut tokens: Vec<TokenTree> = input.into_iter().collect();
    let semicolon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    let graph = tokens.split_off(tokens.iter().position(semicolon).map_or(tokens.len(), |at| at + 1));
    let (mut input, graph): (TokenStream, TokenStream) = (tokens.into_iter().collect(), graph.into_iter().collect());
    if is_too_deep(&input, diagnostics) {
        return None;
    }
    let deep = is_too_deep(&graph, diagnostics);
    if !deep {
        input.extend(graph);
    }
    let Head { attributes, visibility, name, body } = head::head(input, diagnostics)?;
    let mut syntax = Syntax::new(attributes, visibility, name);
    // Without a graph, what is wrong with the struct is all there is to say.
    if deep || body.is_empty() && diagnostics.any() {
        return Some(syntax);
    }
    let end: TokenStream = body.last().cloned().into_iter().collect();
    let mut body =
        python::class::graph(&body).unwrap_or_else(|| split::statements(body.into_iter().collect(), diagnostics));
    let is_class = body.is_class;
    let (kept, bound) = control::without_blocks(body.statements);
    body.statements = kept;
    let statements = python::pasted::as_a_graph(body, diagnostics);
    if is_class {
        // It is reported with the graph to write, and nothing follows from it.
        return Some(syntax);
    }
    semicolons(&statements, diagnostics);
    let mut ended = false;
    let count = statements.len();
    for (i, statement) in statements.into_iter().enumerate() {
        if ended {
            end::behind(&statement.tokens, diagnostics);
            break;
        }
        ended = parse_statement(statement, i + 1 == count, &mut syntax, diagnostics);
    }
    if !ended {
        end::missing(&end, &mut syntax, diagnostics);
    }
    import::whole(&mut syntax, diagnostics);
    // Whatever a loop has made of them, it is reported.
    if !bound.is_empty() {
        syntax.lets.insert(0, Let { names: bound, ..Let::default() });
    }
    Some(syntax)
}

/// Reports statements that end without a semicolon: once.
fn semicolons(statements: &[Statement], diagnostics: &mut Diagnostics) {
    let is_let = |statement: &&Statement| starts_with_let(annotations::behind(&statement.tokens));
    let missing: Vec<&TokenTree> =
        statements.iter().filter(is_let).filter_map(|statement| statement.next.as_ref()).collect();
    let [first, others @ ..] = &missing[..] else { return };
    let message = match first {
        TokenTree::Punct(_) => "expected `;` before this".to_string(),
        first => format!("expected `;` before `{first}`"),
    };
    let error = diagnostics.error(Code::Syntax, first, message);
    error.help("every statement of a graph ends with a semicolon");
    if !others.is_empty() {
        let lines: Vec<String> =
            others.iter().filter_map(|token| position(token.span())).map(|(line, _)| line.to_string()).collect();
        let what = if others.len() == 1 { "one more is" } else { "more are" };
        let at = if others.len() == 1 { "line" } else { "lines" };
        error.note(format!("{what} missing before {at} {}", lines.join(", ")));
    }
}

/// Parses a statement; whether it is the end of the graph. `is_last` tells whether another one follows.
fn parse_statement(statement: Statement, is_last: bool, syntax: &mut Syntax, diagnostics: &mut Diagnostics) -> bool {
    let has_semicolon = statement.semicolon.is_some();
    let (docs, tokens) = annotations::taken(statement.tokens, diagnostics);
    let statement: TokenStream = tokens.iter().cloned().collect();
    let is_let = starts_with_let(&tokens);
    if tokens.is_empty() {
        return false;
    }
    if is_last && end::returns(&tokens, syntax, diagnostics) {
        return true;
    }
    if let (false, Some(value)) = (is_last, loss(&tokens)) {
        syntax.lets.push(Let { value: Some(value), docs, ..Let::default() });
        return false;
    }
    if !is_let && control::report(&tokens, diagnostics) {
        let names = control::names(&tokens);
        syntax.lets.extend((!names.is_empty()).then(|| Let { names, ..Let::default() }));
        // The end of a graph that is a `class` is in it.
        return is_last && matches!(&tokens[0], TokenTree::Ident(word) if word == "class" || word == "def");
    }
    if annotations::inside(&tokens, diagnostics) || python::report(&statement, diagnostics) {
        syntax.lets.push(unparsed(statement));
        return is_last && !is_let;
    }
    if let Some(names) = slips::report(&tokens, diagnostics) {
        syntax.lets.push(Let { names, unparsed: statement, ..Let::default() });
        return is_last && !is_let;
    }
    if is_let {
        parse_let(statement, docs, syntax, diagnostics);
        return false;
    }
    match syn::parse2::<Expr>(statement.clone()) {
        Ok(tail) if is_last && end::is_name(&tail, syntax, diagnostics) => true,
        Ok(tail) if is_last && (!has_semicolon || matches!(tail, Expr::Path(_))) || is_end(&tail) => {
            annotations::on_the_end(&docs, &syntax.name, &statement, diagnostics);
            syntax.tail = Some(tail);
            true
        }
        Err(error) if is_last && !has_semicolon => {
            diagnostics.syntax(error, "a graph ends with `Model(inputs = .., outputs = ..)`, and nothing follows");
            syntax.lets.push(unparsed(statement));
            true
        }
        parsed => {
            parse_other(statement, parsed.ok(), syntax, diagnostics);
            false
        }
    }
}

/// `add_loss(x)`: the call of a layer whose output has no name.
fn loss(statement: &[TokenTree]) -> Option<Expr> {
    let [TokenTree::Ident(word), TokenTree::Group(tensors)] = statement else { return None };
    let spec = LAYERS.iter().find(|spec| spec.adds_loss && word == spec.module)?;
    let layer = Ident::new(spec.name, word.span());
    let is_call = tensors.delimiter() == Delimiter::Parenthesis;
    is_call.then(|| syn::parse2(quote_spanned!(word.span() => #layer() #tensors)).ok()).flatten()
}

fn starts_with_let(statement: &[TokenTree]) -> bool {
    matches!(statement.first(), Some(TokenTree::Ident(word)) if word == "let")
}

fn parse_let(statement: TokenStream, docs: Vec<String>, syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    match syn::parse2::<LetParts>(statement.clone()) {
        Ok(parts) => {
            match names(&parts.pattern) {
                Some(names) => syntax.lets.push(Let { names, value: Some(parts.value), docs, ..Let::default() }),
                None => {
                    let error =
                        diagnostics.error(Code::NotAName, &parts.pattern, "expected a name or a tuple of names");
                    match &parts.pattern {
                        Pat::Ident(name) if name.mutability.is_some() => error.help(format!(
                            "write `let {0}`: nothing changes in a graph, and a later `let {0}` may bind the name again",
                            name.ident
                        )),
                        _ => error.help("`let x = ..;`, or `let (a, b) = ..;` for a model with several outputs"),
                    };
                    // As below: using the names later is no error of its own.
                    let names = parts.pattern.to_token_stream().into_iter().flat_map(idents).collect();
                    syntax.lets.push(Let { names, unparsed: parts.value.to_token_stream(), ..Let::default() });
                }
            }
            if let Some(written) = &parts.r#type {
                diagnostics
                    .error(Code::NotAName, written, "a name of a graph has no type")
                    .help(format!("write `let {} = ..;`: its shape is known", parts.pattern.to_token_stream()));
            }
            if let Some(next) = parts.rest.clone().into_iter().next() {
                diagnostics
                    .error(Code::Syntax, &next, format!("expected `;` before `{next}`"))
                    .help("every statement of a graph ends with a semicolon");
            }
        }
        Err(error) => {
            diagnostics.syntax(
                error,
                "a layer is made and called as in Keras: `let x = Dense(64, activation = relu)(pixels);`",
            );
            // The names are still bound, so later uses are not errors of their own.
            syntax.lets.push(unparsed(statement));
        }
    }
}

/// A statement that is no `let`, and not the end of the graph.
fn parse_other(statement: TokenStream, parsed: Option<Expr>, syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    if let Some(help) = python::method(&statement) {
        diagnostics.error(Code::NotALet, &statement, "a graph is made of `let` statements").help(help);
        return;
    }
    let error = diagnostics.error(Code::NotALet, &statement, "expected a `let` statement");
    // `x += y`
    if let Some(Expr::Binary(binary)) = &parsed
        && let (Expr::Path(path), Some(layer)) = (&*binary.left, python::merging_into(&binary.op))
        && let Some(name) = path.path.get_ident()
    {
        error.help(format!("write `let {name} = {layer}([{name}, {}]);`", text(&binary.right)));
        syntax.lets.push(Let { names: vec![name.clone()], ..Let::default() });
        return;
    }
    error.help("bind every tensor and layer to a name: `let x = Dense(64)(pixels);`");
    syntax.lets.push(unparsed(statement));
}

/// A statement that does not parse. It keeps the names it binds, so later uses are not errors of their own.
fn unparsed(statement: TokenStream) -> Let {
    let mut rest = statement.clone().into_iter();
    let is_let = matches!(statement.clone().into_iter().next(), Some(TokenTree::Ident(word)) if word == "let");
    if rest.any(|token| token.to_string() == "=") || is_let {
        Let { names: bound_names(statement), unparsed: rest.collect(), ..Let::default() }
    } else {
        Let { unparsed: statement, ..Let::default() }
    }
}

/// The names that a statement visibly binds.
fn bound_names(statement: TokenStream) -> Vec<Ident> {
    let tokens = statement.into_iter().take_while(|token| token.to_string() != "=");
    tokens.flat_map(idents).filter(|name| name != "let").collect()
}

fn idents(token: TokenTree) -> Vec<Ident> {
    match token {
        TokenTree::Ident(name) => vec![name],
        TokenTree::Group(group) => group.stream().into_iter().filter_map(ident).collect(),
        _ => Vec::new(),
    }
}

fn ident(token: TokenTree) -> Option<Ident> {
    match token {
        TokenTree::Ident(name) => Some(name),
        _ => None,
    }
}

/// The names of a pattern: one, or those of a tuple.
pub(crate) fn names(pattern: &Pat) -> Option<Vec<Ident>> {
    match pattern {
        Pat::Ident(name) if is_reserved(&name.ident.to_string()) => None,
        Pat::Ident(name) if name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none() => {
            Some(vec![name.ident.clone()])
        }
        Pat::Wild(wild) => Some(vec![Ident::new("_unused", wild.underscore_token.span)]),
        Pat::Tuple(tuple) if !tuple.elems.is_empty() => tuple.elems.iter().map(single).collect(),
        Pat::Slice(slice) if !slice.elems.is_empty() => slice.elems.iter().map(single).collect(),
        Pat::Paren(inner) => names(&inner.pat),
        _ => None,
    }
}

fn single(pattern: &Pat) -> Option<Ident> {
    let mut names = names(pattern)?;
    if names.len() == 1 { names.pop() } else { None }
}

struct LetParts {
    pattern: Pat,
    /// A type, which no name of a graph has.
    r#type: Option<Type>,
    value: Expr,
    /// The tokens after the value, if a semicolon is missing.
    rest: TokenStream,
}

impl Parse for LetParts {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![let]>()?;
        let pattern = Pat::parse_single(input)?;
        let mut r#type = None;
        if input.peek(Token![:]) && !input.peek2(Token![=]) {
            input.parse::<Token![:]>()?;
            r#type = Some(input.parse()?);
        }
        input.parse::<Token![=]>()?;
        Ok(LetParts { pattern, r#type, value: input.parse()?, rest: input.parse()? })
    }
}

/// A name in generated code, with the span of its origin.
pub(crate) fn ident_at(name: &str, span: Span) -> Ident {
    match syn::parse_str::<Ident>(name) {
        Ok(mut ident) => {
            ident.set_span(span);
            ident
        }
        Err(_) if is_reserved(name) => Ident::new(&format!("{name}_"), span),
        Err(_) => Ident::new_raw(name, span),
    }
}
