//! Errors, collected and reported all at once.

use crate::source::{ExprId, Located, Source};
use nn_core::Code;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// The errors of a graph, and the tokens that it was written with: a pass that reports something says where.
pub(crate) struct Diagnostics {
    pub(crate) source: Source,
    errors: Vec<Diagnostic>,
    /// In the order in which they were found.
    pub(crate) warnings: Vec<Warning>,
}

/// A lint that found something, and where.
pub(crate) struct Warning {
    pub(crate) lint: &'static str,
    pub(crate) span: Span,
    /// A constant that says whether it is all right after all: only rustc knows.
    pub(crate) unless: Option<ExprId>,
    /// The constants of which one must be true for it, or none.
    pub(crate) if_any: Vec<ExprId>,
}

/// One error: on which tokens, what is wrong, and what to do. Its code says where it is explained.
pub(crate) struct Diagnostic {
    code: Code,
    start: Span,
    end: Span,
    message: String,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Diagnostics { source: Source::default(), errors: Vec::new(), warnings: Vec::new() }
    }

    /// Reports an error on some tokens. Notes and help can be added to what is returned.
    pub(crate) fn error(&mut self, code: Code, place: &impl Located, message: impl Into<String>) -> &mut Diagnostic {
        let (start, end) = place.ends(&self.source);
        self.push(code, start, end, message.into())
    }

    /// Reports an error on a span.
    pub(crate) fn error_at(&mut self, code: Code, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(code, span, span, message.into())
    }

    /// Reports what syn found wrong.
    pub(crate) fn syntax(&mut self, error: syn::Error) {
        for error in error {
            self.error_at(Code::Syntax, error.span(), error.to_string());
        }
    }

    fn push(&mut self, code: Code, start: Span, end: Span, message: String) -> &mut Diagnostic {
        self.errors.push(Diagnostic { code, start, end, message });
        self.errors.last_mut().expect("one was just pushed")
    }

    pub(crate) fn any(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The messages, with their notes, help and codes.
    pub(crate) fn into_messages(self) -> Vec<String> {
        self.errors.into_iter().map(|error| format!("{}{}", error.message, error.code.note())).collect()
    }

    /// One `compile_error!(..)` for each error, on its tokens.
    pub(crate) fn into_compile_errors(self) -> Vec<TokenStream> {
        let mut errors = self.errors;
        // Passes find them in their order; a reader goes from top to bottom.
        if proc_macro::is_available() {
            errors.sort_by_key(|error| {
                let start = error.start.unwrap();
                (start.line(), start.column())
            });
        }
        errors
            .into_iter()
            .map(|Diagnostic { code, start, end, message }| {
                let message = format!("{message}{}", code.note());
                // rustc underlines from the first token of the macro call to the last.
                let mut call = quote_spanned!(start=> ::core::compile_error!);
                call.extend(quote_spanned!(end=> (#message)));
                call
            })
            .collect()
    }
}

impl Diagnostic {
    /// Adds what to do.
    pub(crate) fn help(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.line("help", text.as_ref())
    }

    /// Adds context.
    pub(crate) fn note(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.line("note", text.as_ref())
    }

    /// Adds `did you mean …?` if one of the candidates is close to `name`.
    pub(crate) fn did_you_mean<'a>(&mut self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> &mut Self {
        match closest(name, candidates) {
            Some(candidate) => self.help(format!("did you mean `{candidate}`?")),
            None => self,
        }
    }

    /// Says what to do about an argument that only Keras has, or which argument was meant.
    pub(crate) fn keras_or<'a>(&mut self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> &mut Self {
        match crate::front::python::argument(name) {
            Some(help) => self.help(help),
            None => self.did_you_mean(name, candidates),
        }
    }

    fn line(&mut self, kind: &str, text: &str) -> &mut Self {
        self.message.push_str(&format!("\n  = {kind}: {text}"));
        self
    }
}

/// Names that are longer are not looked at: to compare two takes time and memory as the product of their lengths.
const LONGEST: usize = 64;

/// The candidate that is most likely meant by a misspelt name.
pub(crate) fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let comparable = |text: &str| text.len() <= LONGEST;
    if !comparable(name) {
        return None;
    }
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| comparable(candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        // A third of the letters may be wrong: `Dens` is `Dense`, but `Scale` is not `Softmax`.
        .filter(|(distance, candidate)| *distance <= (candidate.len().max(name.len()) / 3).max(1))
        // Of equals the one in the same case, and then always the same one.
        .min_by_key(|(distance, candidate)| (*distance, strsim::damerau_levenshtein(name, candidate), *candidate))
        .map(|(_, candidate)| candidate)
}
