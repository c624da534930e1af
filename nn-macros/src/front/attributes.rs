//! The attributes on the struct. Only those in a list are allowed: `unsafe` code sees a struct of weights as a slice of
//! scalars, and any other attribute could change the fields.

use crate::diagnostics::Diagnostics;
use crate::front::library;
use crate::front::parse::Syntax;
use nn_core::Code;
use nn_core::lints::NAMES;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Meta, Path, Token, parse_quote};

/// Attributes that may also stand in a `cfg_attr`.
const ALLOWED: [&str; 10] =
    ["doc", "derive", "allow", "expect", "warn", "deny", "forbid", "deprecated", "must_use", "non_exhaustive"];

/// Attributes that may not stand in a `cfg_attr`.
const ALONE: [&str; 4] = ["cfg", "cfg_attr", "budget", "nn"];

/// Traits that every model implements.
const IMPLEMENTED: [&str; 3] = ["Clone", "Debug", "PartialEq"];

/// Takes `#[nn(..)]` off the struct and returns the names in `allow(..)`; the syntax keeps `profile` and the other
/// words.
pub(crate) fn words(syntax: &mut Syntax, diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut allowed = Vec::new();
    let (ours, others): (Vec<_>, Vec<_>) =
        std::mem::take(&mut syntax.attributes).into_iter().partition(|attribute| attribute.path().is_ident("nn"));
    syntax.attributes = others;
    for attribute in ours {
        let parsed = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("profile") {
                syntax.profile = true;
                return Ok(());
            }
            if meta.path.is_ident("stream") {
                syntax.stream = true;
                return Ok(());
            }
            if meta.path.is_ident("no_implicit_prelude") {
                syntax.no_prelude = true;
                return Ok(());
            }
            if meta.path.is_ident("crate") {
                syntax.library = Some(library::path(meta.value()?)?);
                return Ok(());
            }
            if !meta.path.is_ident("allow") {
                let expected = "expected `profile`, `stream`, `crate = ..` with the path of this library, `no_implicit_prelude`, or \
                                `allow(..)` with names of lints: see `nn::lints`";
                return Err(meta.error(expected));
            }
            let content;
            syn::parenthesized!(content in meta.input);
            for name in content.call(Punctuated::<Ident, Token![,]>::parse_terminated)? {
                let text = name.to_string();
                if !NAMES.contains(&text.as_str()) {
                    diagnostics
                        .error(Code::UnknownLint, &name, format!("unknown lint `{text}`"))
                        .did_you_mean(&text, NAMES.iter().copied())
                        .note("the lints are listed in the documentation of `nn::lints`");
                }
                allowed.push(text);
            }
            Ok(())
        });
        if let Err(error) = parsed {
            diagnostics.syntax(error, "for example `#[nn(allow(dense_after_dense))]`");
        }
    }
    allowed
}

/// Refuses attributes that are not in the list, and removes derives that the expansion implements.
pub(crate) fn check(syntax: &mut Syntax, diagnostics: &mut Diagnostics) {
    let name = syntax.name.to_string();
    let mut kept = Vec::new();
    for attribute in std::mem::take(&mut syntax.attributes) {
        let path = attribute.path();
        if path.is_ident("derive") {
            kept.extend(derive(attribute));
        } else if path.is_ident("cfg_attr") {
            conditional(&attribute, &name, diagnostics);
            kept.push(attribute);
        } else if path.is_ident("cfg") || is_allowed(path) {
            kept.push(attribute);
        } else {
            refuse(path, &name, diagnostics);
        }
    }
    syntax.attributes = kept;
}

fn is_allowed(path: &Path) -> bool {
    ALLOWED.iter().any(|allowed| path.is_ident(allowed))
}

/// Whether this is one of the traits that every model implements, by its name or by a path into Rust's own library. A
/// derive macro of another library may have such a name, but it is a different trait.
fn is_implemented(path: &Path) -> bool {
    let is_rusts = path.segments.len() == 1 || ["core", "std"].iter().any(|name| path.segments[0].ident == name);
    is_rusts && path.segments.last().is_some_and(|last| IMPLEMENTED.iter().any(|name| last.ident == name))
}

/// A `#[derive(..)]` without the traits that every model implements; `None` if nothing is left.
fn derive(attribute: Attribute) -> Option<Attribute> {
    // If the argument is not a list of paths, rustc reports that.
    let Ok(traits) = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated) else {
        return Some(attribute);
    };
    let others: Vec<_> = traits.into_iter().filter(|path| !is_implemented(path)).collect();
    (!others.is_empty()).then(|| parse_quote!(#[derive(#(#others),*)]))
}

/// Checks the attributes in a `#[cfg_attr(condition, ..)]`.
fn conditional(attribute: &Attribute, name: &str, diagnostics: &mut Diagnostics) {
    let Ok(parts) = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
        diagnostics
            .error(Code::Attribute, &attribute.meta, "expected a condition and attributes")
            .help("for example `#[cfg_attr(feature = \"serde\", derive(Serialize))]`");
        return;
    };
    for meta in parts.iter().skip(1) {
        let path = meta.path();
        if path.is_ident("cfg") {
            diagnostics
                .error(Code::Attribute, path, "`cfg` in a `cfg_attr` would hold for the struct alone")
                .help("write one `#[cfg(..)]`, which holds for all that the macro writes");
        } else if let Some(alone) = ALONE.iter().find(|alone| path.is_ident(alone)) {
            diagnostics
                .error(Code::Attribute, path, format!("`{alone}` cannot stand in a `cfg_attr`"))
                .help("the macro reads it where it stands alone");
        } else if !is_allowed(path) {
            refuse(path, name, diagnostics);
        } else if path.is_ident("derive")
            && let Meta::List(list) = meta
            && let Ok(traits) = list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
            && let Some(implemented) = traits.iter().find(|path| is_implemented(path))
        {
            let text = quote!(#implemented).to_string().replace(' ', "");
            diagnostics
                .error(Code::Attribute, implemented, format!("every model implements `{text}`"))
                .help("leave it out");
        }
    }
}

fn refuse(path: &Path, name: &str, diagnostics: &mut Diagnostics) {
    let text = path.to_token_stream().to_string().replace(' ', "");
    if path.is_ident("repr") {
        diagnostics
            .error(
                Code::Attribute,
                path,
                "the layout of a model is fixed: it is `repr(C)` and holds nothing but scalars",
            )
            .help(format!("for another alignment, put it into a struct: `#[repr(align(64))] struct Aligned({name});`"));
        return;
    }
    let others = ALLOWED.iter().chain(&ALONE).copied();
    let list: Vec<_> = others.clone().map(|name| format!("`{name}`")).collect();
    diagnostics
        .error(Code::Attribute, path, format!("the attribute `{text}` cannot stand on a model"))
        .did_you_mean(&text, others)
        .note(format!("there are {}", list.join(", ")));
}
