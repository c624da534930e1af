//! Paths of files in a macro: a string, or `concat!(env!("OUT_DIR"), "/kws.keras")`.

use crate::diagnostics::Diagnostics;
use crate::literal;
use nn_core::Code;
use proc_macro2::Span;
use std::path::{Path, PathBuf};
use std::{fs, io};
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

/// Returns the text of a path. Other expressions are an error.
pub(crate) fn written(expr: &Expr, diagnostics: &mut Diagnostics) -> Option<String> {
    match text(expr) {
        Ok(text) => Some(text),
        Err(message) => {
            diagnostics
                .error(Code::ArgumentType, expr, message)
                .help("write `\"kws.keras\"`, or `concat!(env!(\"OUT_DIR\"), \"/kws.keras\")`");
            None
        }
    }
}

fn text(expr: &Expr) -> Result<String, String> {
    if let Some(text) = literal::string(expr) {
        return Ok(text);
    }
    // `macro_rules!` passes an expression in an invisible group.
    if let Expr::Group(group) = expr {
        return text(&group.expr);
    }
    let Expr::Macro(call) = expr else { return Err("a path is text in quotes".into()) };
    let Some(name) = call.mac.path.segments.last().map(|segment| segment.ident.to_string()) else {
        return Err("a path is text in quotes".into());
    };
    let parts = call.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
    let parts: Vec<Expr> = parts.map_err(|error| error.to_string())?.into_iter().collect();
    match (name.as_str(), &parts[..]) {
        ("concat", parts) => parts.iter().map(text).collect(),
        ("env", [variable, ..]) => {
            let variable = text(variable)?;
            std::env::var(&variable).map_err(|_| format!("the environment variable `{variable}` is not defined"))
        }
        _ => Err(format!("`{name}!` cannot be in a path")),
    }
}

/// Returns the absolute path of a file: beside the source file that names it, or in the folder of the package.
pub(crate) fn find(written: &str, place: Span) -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let beside = source(place).and_then(|file| file.parent().map(Path::to_path_buf));
    let candidates: Vec<_> = beside.into_iter().chain([package]).map(|folder| folder.join(written)).collect();
    let found = candidates.iter().find(|path| path.is_file()).unwrap_or(&candidates[0]);
    std::path::absolute(found).unwrap_or_else(|_| found.clone())
}

/// Reads a file. Reading a special file may never end, so only a regular one is read.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    match fs::metadata(path)?.is_file() {
        true => fs::read(path),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no regular file")),
    }
}

/// Returns the source file of a token.
fn source(place: Span) -> Option<PathBuf> {
    if !proc_macro::is_available() {
        return None;
    }
    place.unwrap().local_file()
}
