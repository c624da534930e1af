//! `model_rejects!`: runs the passes of `model!` and checks the messages.

use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, Op};
use crate::source::Source;
use crate::{parse, read};
use nn_core::Code;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, bracketed, token};

/// Expands to nothing if `model!` rejects the graph with all of the messages, otherwise to errors that show the
/// outcome.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    match parse.parse2(input) {
        Ok((parts, list, graph)) => judge(&parts, &list, graph, &mut diagnostics),
        Err(error) => {
            diagnostics.error_at(Code::Syntax, error.span(), error.to_string()).help(
                "`model_rejects! { \"part of the message\" => struct Wrong; … }`, or `[\"one\", \"another\"] => …`",
            );
        }
    }
    let errors = diagnostics.into_compile_errors();
    quote!(#(#errors;)*)
}

/// Parses the expected texts, their tokens, and the graph.
fn parse(input: ParseStream<'_>) -> syn::Result<(Vec<LitStr>, TokenStream, TokenStream)> {
    let parts: Vec<LitStr> = if input.peek(token::Bracket) {
        let content;
        bracketed!(content in input);
        let parts = Punctuated::<LitStr, Token![,]>::parse_terminated_with(&content, |input| input.parse())?;
        parts.into_iter().collect()
    } else {
        vec![input.parse()?]
    };
    // Every message contains an empty text.
    if let Some(empty) = parts.iter().find(|part| part.value().trim().is_empty()) {
        return Err(syn::Error::new(empty.span(), "expected a part of a message, but this is empty"));
    }
    if parts.is_empty() {
        return Err(input.error("expected at least one part of a message before this"));
    }
    input.parse::<Token![=>]>()?;
    let list = parts.iter().map(ToTokens::to_token_stream).collect();
    Ok((parts, list, input.parse()?))
}

fn judge(parts: &[LitStr], list: &TokenStream, graph: TokenStream, diagnostics: &mut Diagnostics) {
    let mut found = Diagnostics::new();
    let graph = parse::parse(graph, &mut found).map(|mut syntax| read(&mut syntax, &mut found).0);
    let unseen = graph.as_ref().and_then(|graph| unseen(graph, &found.source));
    let messages = found.into_messages();
    if messages.is_empty() {
        let error =
            diagnostics.error(Code::NotRejected, list, "the graph is not rejected: `model!` finds no error in it");
        if let Some(unseen) = unseen {
            error
                .note(format!("rustc may still reject it: it holds {unseen} only rustc knows"))
                .help("a `compile_fail` example or a test with `trybuild` sees the errors of rustc too");
        }
        return;
    }
    for part in parts {
        if !messages.iter().any(|message| message.contains(&part.value())) {
            let text = messages.join("\n").replace('\n', "\n          ");
            diagnostics
                .error(Code::NotRejected, part, "the graph is rejected, but no message contains this text")
                .note(format!("the messages are\n          {text}"));
        }
    }
}

/// The part that the macro could not see: "`Tower`, whose shapes".
fn unseen(graph: &Graph, source: &Source) -> Option<String> {
    let components = graph.layers.iter().filter_map(|layer| match &layer.op {
        Op::Component(component) => Some(source[component.path].to_token_stream().to_string().replace(' ', "")),
        _ => None,
    });
    let mut components: Vec<String> = components.map(|path| format!("`{path}`")).collect();
    components.sort();
    components.dedup();
    if components.is_empty() {
        return (!graph.constants.is_empty() || !graph.checks.is_empty() || !graph.unchecked_numbers().is_empty())
            .then(|| "const expressions, whose values".to_string());
    }
    Some(format!("{}, whose shapes", components.join(", ")))
}
