//! `Import(..)` without the feature `import`: one error that names it.

use crate::diagnostics::Diagnostics;
use crate::front::parse::{Let, Syntax};
use nn_core::Code;
use quote::ToTokens;
use syn::{Expr, ExprCall, Ident};

/// A part of a graph from a file, of which there is none.
pub(crate) struct Imported {
    pub(crate) inputs: Vec<Ident>,
    pub(crate) lets: Vec<Let>,
    pub(crate) outputs: Vec<Ident>,
}

/// Reports a graph that is `Import(..)`.
pub(crate) fn whole(syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    let is_import = |tail: &mut Expr| matches!(tail, Expr::Call(call) if super::resolve::is_word(&call.func, "Import"));
    if let Some(Expr::Call(call)) = syntax.tail.take_if(is_import) {
        part(&call, diagnostics);
    }
}

/// Reports `Import(..)` in a graph.
pub(crate) fn part(call: &ExprCall, diagnostics: &mut Diagnostics) -> Option<Imported> {
    diagnostics
        .error(
            Code::Unsupported,
            &call.func.to_token_stream(),
            "`Import` needs the feature `import` of the package `nn-model`",
        )
        .help("cargo add nn-model --features import");
    None
}

/// Returns the weights of a network's file, which is not read without the feature.
#[allow(clippy::unnecessary_wraps)] // The feature can fail here.
pub(crate) fn weights(_: &[u8], _: &Expr, _: &str, _: &mut Diagnostics) -> Option<Option<Vec<u8>>> {
    Some(None)
}
