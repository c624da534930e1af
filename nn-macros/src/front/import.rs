//! `Import("kws.keras")`: a network from a file as a graph, or as a part of one.
//!
//! The file becomes the statements that a user would write, and they go the way of all statements. Every token of them
//! has the place of the path, so errors about the network are there.

use crate::diagnostics::Diagnostics;
use crate::front::parse::{Let, Syntax, names};
use crate::front::path;
use crate::front::values::arguments;
use crate::literal;
use nn_core::Code;
use nn_import::{Error, Network};
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, Ident, Stmt};

/// A part of a graph from a file.
pub(crate) struct Imported {
    /// The inputs, as the statements name them.
    pub(crate) inputs: Vec<Ident>,
    pub(crate) lets: Vec<Let>,
    pub(crate) outputs: Vec<Ident>,
}

/// Whether an expression is `Import(..)`.
pub(crate) fn is_import(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if call.func.to_token_stream().to_string() == "Import")
}

/// Replaces a graph that is only `Import(..)` by that of the file.
pub(crate) fn whole(syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    let Some(Expr::Call(call)) = syntax.tail.take_if(|tail| is_import(tail)) else { return };
    if !syntax.lets.is_empty() {
        diagnostics.error(Code::NoEnd, &call, "`Import(..)` is a whole graph only if it stands alone").help(
            "as a part of a graph it is called: `let y = Import(\"base.keras\")(x);`, and `Model(..)` is the end",
        );
        return;
    }
    let Some((network, place)) = read(&call, diagnostics) else { return };
    match network.graph() {
        Ok(text) => {
            (syntax.lets, syntax.tail) = statements(&text, place);
            // The facts about the file are documentation of the struct.
            for note in network.notes.iter().map(|note| format!("\n{note}")) {
                syntax.attributes.push(syn::parse_quote_spanned!(place=> #[doc = #note]));
            }
        }
        Err(error) => report(&error, Code::NetworkCut, place, "", diagnostics),
    }
}

/// Reads a part of a graph.
pub(crate) fn part(call: &ExprCall, diagnostics: &mut Diagnostics) -> Option<Imported> {
    let (network, place) = read(call, diagnostics)?;
    let (lets, _) = statements(&network.statements(), place);
    let ident = |name: String| Ident::new(&name, place);
    Some(Imported {
        inputs: network.inputs.iter().map(|input| ident(input.name.clone())).collect(),
        lets,
        outputs: network.outputs.iter().map(|&output| ident(network.name(output))).collect(),
    })
}

/// Reads the statements of a text, with the place of the path.
fn statements(text: &str, place: Span) -> (Vec<Let>, Option<Expr>) {
    let tokens: TokenStream = format!("{{ {text} }}").parse().expect("the text of a network is tokens");
    let block: syn::Block = syn::parse2(placed(tokens, place)).expect("the text of a network is statements");
    let (mut lets, mut tail) = (Vec::new(), None);
    for statement in block.stmts {
        match statement {
            Stmt::Local(local) => lets.push(Let {
                names: names(&local.pat).unwrap_or_default(),
                value: local.init.map(|init| *init.expr),
                ..Let::default()
            }),
            Stmt::Expr(expr, _) => tail = Some(expr),
            _ => {}
        }
    }
    (lets, tail)
}

/// Gives all tokens the same place.
fn placed(tokens: TokenStream, place: Span) -> TokenStream {
    let token = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), placed(group.stream(), place));
            moved.set_span(place);
            TokenTree::Group(moved)
        }
        mut token => {
            token.set_span(place);
            token
        }
    };
    tokens.into_iter().map(token).collect()
}

/// Reads the file of `Import(..)`, and the part of it that the arguments want. Also returns the place of the path.
fn read(call: &ExprCall, diagnostics: &mut Diagnostics) -> Option<(Network, Span)> {
    let mut arguments = arguments(call).into_iter();
    let file = match arguments.next() {
        Some((None, file)) => file,
        _ => {
            diagnostics
                .error(Code::MissingArgument, call, "`Import` expects the path of a file")
                .help("write `Import(\"kws.keras\")`");
            return None;
        }
    };
    let wanted = Wanted::read(arguments, diagnostics)?;
    let written = path::written(&file, diagnostics)?;
    let place = file.span();
    let found = path::find(&written, place);
    let bytes = match path::read(&found) {
        Ok(bytes) => bytes,
        Err(error) => {
            diagnostics
                .error(Code::NoNetwork, &file, format!("the network `{written}` cannot be read: {error}"))
                .help("the path starts at the folder of this file, or else at that of Cargo.toml");
            return None;
        }
    };
    diagnostics.source.files.push((found.to_string_lossy().into_owned(), place));
    let mut network = match nn_import::read(&bytes) {
        Ok(network) => network,
        Err(error) => {
            report(&error, Code::NetworkPart, place, &format!("`{written}`: "), diagnostics);
            return None;
        }
    };
    if !(wanted.inputs.is_empty() && wanted.outputs.is_empty()) {
        let names = |list: &[(String, Expr)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        match network.cut(&names(&wanted.inputs), &names(&wanted.outputs)) {
            Ok(part) => network = part,
            Err(error) => {
                let at = wanted.inputs.iter().chain(&wanted.outputs).next().map_or(place, |(_, expr)| expr.span());
                report(&error, Code::NetworkCut, at, "", diagnostics);
                return None;
            }
        }
    }
    if let Some((shapes, expr)) = &wanted.shapes
        && let Err(error) = network.set_inputs(shapes)
    {
        report(&error, Code::NetworkCut, expr.span(), "", diagnostics);
        return None;
    }
    if wanted.frozen {
        network.freeze();
    }
    if let Some(word) = &wanted.name {
        network.prefix(word);
    }
    Some((network, place))
}

/// Returns the weights of a network's file as a safetensors file, or `None` if it is one already.
pub(crate) fn weights(
    file: &[u8],
    literal: &Expr,
    written: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Option<Vec<u8>>> {
    if !nn_import::is_network(file) {
        return Some(None);
    }
    match nn_import::read(file) {
        Ok(network) => Some(Some(network.safetensors())),
        Err(error) => {
            report(&error, Code::NetworkPart, literal.span(), &format!("`{written}`: "), diagnostics);
            None
        }
    }
}

/// Reports everything that is wrong with a file.
fn report(error: &Error, code: Code, place: Span, before: &str, diagnostics: &mut Diagnostics) {
    for problem in &error.problems {
        let reported = diagnostics.error_at(code, place, format!("{before}{problem}"));
        if let Some(help) = &problem.help {
            reported.help(help);
        }
    }
}

/// The arguments of `Import(..)` behind the path.
#[derive(Default)]
struct Wanted {
    inputs: Vec<(String, Expr)>,
    outputs: Vec<(String, Expr)>,
    shapes: Option<(Vec<Vec<usize>>, Expr)>,
    frozen: bool,
    name: Option<String>,
}

const ARGUMENTS: &[&str] = &["input", "inputs", "outputs", "trainable", "name"];

impl Wanted {
    fn read(arguments: impl Iterator<Item = (Option<Ident>, Expr)>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut wanted = Wanted::default();
        for (keyword, value) in arguments {
            let Some(keyword) = keyword else {
                diagnostics
                    .error(Code::TooManyArguments, &value, "`Import` has one argument without a name: the path")
                    .help("its other arguments are `input`, `inputs`, `outputs`, `trainable`, `name`");
                return None;
            };
            let list = |value: &Expr| {
                let elements = literal::list(value).unwrap_or_else(|| vec![value]);
                let named = |element: &&Expr| literal::string(element).map(|name| (name, (*element).clone()));
                elements.iter().map(named).collect::<Option<Vec<_>>>()
            };
            let (expected, read) = match keyword.to_string().as_str() {
                "inputs" => ("the names of layers in quotes", list(&value).map(|list| wanted.inputs = list)),
                "outputs" => ("the names of layers in quotes", list(&value).map(|list| wanted.outputs = list)),
                "input" => (
                    "a shape, such as `[60, 36]`, or a list of shapes",
                    shapes(&value).map(|shapes| wanted.shapes = Some((shapes, value.clone()))),
                ),
                "trainable" => ("`true` or `false`", literal::flag(&value).map(|flag| wanted.frozen = !flag)),
                "name" => {
                    let word = literal::string(&value).filter(|word| syn::parse_str::<Ident>(word).is_ok());
                    ("a name in quotes", word.map(|word| wanted.name = Some(word)))
                }
                other => {
                    diagnostics
                        .error(Code::UnknownArgument, &keyword, format!("`Import` has no argument `{other}`"))
                        .did_you_mean(other, ARGUMENTS.iter().copied())
                        .note(format!("its arguments are {}", ARGUMENTS.join(", ")));
                    return None;
                }
            };
            if read.is_none() {
                diagnostics.error(Code::ArgumentType, &value, format!("`{keyword}` expects {expected}"));
                return None;
            }
        }
        Some(wanted)
    }
}

/// Reads a shape, or a list of shapes.
fn shapes(expr: &Expr) -> Option<Vec<Vec<usize>>> {
    let shape = |expr: &Expr| -> Option<Vec<usize>> {
        literal::list(expr)?
            .into_iter()
            .map(|axis| usize::try_from(literal::integer(axis)?).ok().filter(|n| *n > 0))
            .collect()
    };
    let elements = literal::list(expr)?;
    match elements.first() {
        Some(first) if literal::list(first).is_some() => elements.into_iter().map(shape).collect(),
        _ => Some(vec![shape(expr)?]),
    }
}
