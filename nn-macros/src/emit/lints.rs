//! Compiler warnings: uses of the deprecated constants that stand for lints.

use crate::diagnostics::Warning;
use crate::graph::Graph;
use crate::passes::lint::rules;
use crate::source::Source;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Ident};

/// Uses the constant of every lint that found something and is not allowed.
pub(crate) fn uses(attributes: &[Attribute], source: &Source, found: &[Warning], allowed: &[String]) -> TokenStream {
    let found: Vec<_> = found.iter().filter(|warning| !allowed.iter().any(|name| name == warning.lint)).collect();
    if found.is_empty() {
        return quote!();
    }
    let levels = attributes.iter().filter(|attribute| is_level(attribute) || attribute.path().is_ident("cfg"));
    let count = found.len();
    let uses = found.into_iter().map(|warning| {
        let name = Ident::new(warning.lint, warning.span);
        let if_any: Vec<_> = warning.if_any.iter().map(|&expr| &source[expr]).collect();
        let absent = (!if_any.is_empty()).then(|| quote!(!(#(#if_any)||*)));
        let silent: Vec<_> =
            warning.unless.map(|expr| source[expr].to_token_stream()).into_iter().chain(absent).collect();
        match (silent.is_empty(), &warning.detail) {
            (true, None) => quote!(::nn::lints::#name),
            (true, Some(detail)) => {
                let note = note(warning.lint, detail);
                // A constant of its own, since the text has numbers. Its path reads like that of the lint.
                quote!({
                    mod nn {
                        pub(crate) mod lints {
                            #[deprecated(note = #note)]
                            #[allow(non_upper_case_globals)]
                            pub(crate) const #name: ::nn::lints::Lint = ::nn::lints::Lint;
                        }
                    }
                    nn::lints::#name
                })
            }
            (false, _) => quote!(::nn::lints::Own::<{ #(#silent)||* }>::#name),
        }
    });
    quote! {
        #(#levels)*
        const _: [::nn::lints::Lint; #count] = [#(#uses),*];
    }
}

/// The text of a lint with the numbers of a finding at the end of its first line.
fn note(lint: &str, detail: &str) -> String {
    let place = nn_core::lints::NAMES.iter().position(|name| *name == lint).unwrap_or_default();
    let text = nn_core::lints::NOTES.get(place).copied().unwrap_or_default();
    let (first, help) = text.split_once('\n').unwrap_or((text, ""));
    format!("{first}: {detail}\n{help}")
}

/// The part of `impl Model` for the lints of training: the heads of the outputs, and the allowed names.
pub(crate) fn for_training(graph: &Graph, allowed: &[String]) -> TokenStream {
    let ends: Vec<_> = graph.outputs.iter().map(|&output| rules::end(graph, output)).collect();
    let ends = match ends.iter().all(|&end| end == rules::OTHER) {
        true => quote!(),
        false => {
            let ends = ends.iter().map(|end| Ident::new(end, Span::call_site()));
            quote!(const ENDS: &'static [::nn::activations::Head] = &[#(::nn::activations::Head::#ends),*];)
        }
    };
    match allowed {
        [] => ends,
        allowed => quote!(#ends const ALLOWED_LINTS: &'static [&'static str] = &[#(#allowed),*];),
    }
}

/// Whether an attribute sets the level of a compiler lint. `#[expect(..)]` would have to hold for every copy of it, so
/// it does not count.
fn is_level(attribute: &Attribute) -> bool {
    ["allow", "warn", "deny", "forbid"].iter().any(|level| attribute.path().is_ident(level))
}
