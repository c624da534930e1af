//! The end of a graph, `Model(..)`, and what is written in its place.

use super::{Let, Syntax};
use crate::diagnostics::Diagnostics;
use crate::source::text;
use nn_core::Code;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

/// Whether an expression is `Model(..)` or `Sequential(..)`.
pub(super) fn is_end(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if matches!(call.func.to_token_stream().to_string().as_str(), "Model" | "Sequential" | "Import"))
}

/// Reports that a graph has no end, on its last token.
pub(super) fn missing(end: &TokenStream, syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    let name = syntax.name.clone();
    let end = if end.is_empty() { name.to_token_stream() } else { end.clone() };
    // `let model = Model(..);`, as in Keras.
    if let Some(Let { names, value: Some(value), .. }) = syntax.lets.last()
        && is_end(value)
        && let [model] = &names[..]
    {
        bound(model, value, diagnostics);
        syntax.tail = Some(value.clone());
        syntax.lets.pop();
        return;
    }
    diagnostics
        .error(Code::NoEnd, &end, format!("the graph of `{name}` has no `Model(..)` at its end"))
        .help(format!("end it with `{}`, without a semicolon", suggested(&syntax.lets)));
}

/// The end that a graph probably has: all inputs, and the last tensor.
pub(crate) fn suggested(lets: &[Let]) -> String {
    let is_input =
        |value: &Expr| matches!(value, Expr::Call(call) if call.func.to_token_stream().to_string() == "Input");
    let (inputs, others): (Vec<&Let>, Vec<&Let>) =
        lets.iter().partition(|statement| statement.value.as_ref().is_some_and(is_input));
    let listed = |names: Vec<String>| match &names[..] {
        [] => "..".to_string(),
        [one] => one.clone(),
        names => format!("[{}]", names.join(", ")),
    };
    let inputs = listed(inputs.iter().flat_map(|statement| &statement.names).map(ToString::to_string).collect());
    let outputs = others.iter().rev().find(|statement| statement.value.is_some());
    let outputs = listed(outputs.map(|last| last.names.iter().map(ToString::to_string).collect()).unwrap_or_default());
    format!("Model(inputs = {inputs}, outputs = {outputs})")
}

/// Reports a statement behind the `Model(..)` that ends a graph.
pub(super) fn behind(tokens: &[TokenTree], diagnostics: &mut Diagnostics) {
    let statement: TokenStream = tokens.iter().cloned().collect();
    match syn::parse2::<Expr>(statement.clone()) {
        Ok(expr) if is_end(&expr) => {
            let error = diagnostics.error(Code::NoEnd, &statement, "a graph has one `Model(..)`, and this is another");
            error.help("list all outputs in one: `Model(inputs = [a, b], outputs = [y, z])`");
        }
        _ => {
            diagnostics
                .error(Code::NoEnd, &statement, "this comes after the `Model(..)` that ends the graph")
                .help("move it up: `Model(..)` comes last");
        }
    }
}

/// Reports a last statement `return ..`; whether it is one.
pub(super) fn returns(tokens: &[TokenTree], syntax: &mut Syntax, diagnostics: &mut Diagnostics) -> bool {
    let [TokenTree::Ident(word), value @ ..] = tokens else { return false };
    if word != "return" {
        return false;
    }
    let value: Option<Expr> = syn::parse2(value.iter().cloned().collect()).ok().filter(is_end);
    let end = value.as_ref().map_or_else(|| suggested(&syntax.lets), text);
    diagnostics
        .error(Code::NoEnd, word, "a graph has no `return`")
        .help(format!("end it with `{end}`, without a semicolon"));
    syntax.tail = value;
    true
}

/// Reports a name of the model as the end: `let model = Model(..); model`; whether it is that.
pub(super) fn is_name(tail: &Expr, syntax: &mut Syntax, diagnostics: &mut Diagnostics) -> bool {
    let Expr::Path(path) = tail else { return false };
    let at = syntax.lets.iter().rposition(|statement| {
        let is_model = statement.value.as_ref().is_some_and(is_end);
        is_model && matches!(&statement.names[..], [name] if path.path.is_ident(name))
    });
    let Some(at) = at else { return false };
    let statement = syntax.lets.remove(at);
    if let Some(value) = statement.value {
        bound(&statement.names[0], &value, diagnostics);
        syntax.tail = Some(value);
    }
    true
}

fn bound(model: &Ident, value: &Expr, diagnostics: &mut Diagnostics) {
    diagnostics
        .error(Code::NoEnd, model, "the `Model(..)` at the end of a graph has no name")
        .help(format!("write `{}` at the end, without `let` and without a semicolon", text(value)));
}
