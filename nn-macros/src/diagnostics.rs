//! The errors of a graph, collected and reported together.

use crate::front::parse::position;
use crate::front::python;
use crate::source::{ExprId, Located, Source};
use nn_core::Code;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// The errors of a graph and the tokens behind it. A pass reports an error with its place.
pub(crate) struct Diagnostics {
    pub(crate) source: Source,
    errors: Vec<Diagnostic>,
    /// In the order of discovery.
    pub(crate) warnings: Vec<Warning>,
}

/// A finding of a lint, with its place.
pub(crate) struct Warning {
    pub(crate) lint: &'static str,
    pub(crate) span: Span,
    /// The numbers of the finding, in words.
    pub(crate) detail: Option<String>,
    /// A constant that, if true, makes the finding void; only rustc knows it.
    pub(crate) unless: Option<ExprId>,
    /// Constants of which one must be true for the finding to hold. An empty list sets no condition.
    pub(crate) if_any: Vec<ExprId>,
}

/// One error: its tokens, the fault, and the cure. Its code leads to an explanation.
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

    /// Reports an error on some tokens. The caller can add notes and help.
    pub(crate) fn error(&mut self, code: Code, place: &impl Located, message: impl Into<String>) -> &mut Diagnostic {
        let (start, end) = place.ends(&self.source);
        self.push(code, start, end, message.into())
    }

    /// Reports an error on a span.
    pub(crate) fn error_at(&mut self, code: Code, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(code, span, span, message.into())
    }

    /// Reports an error of syn, and the form that is expected.
    pub(crate) fn syntax(&mut self, error: syn::Error, help: &str) {
        for error in error {
            self.error_at(Code::Syntax, error.span(), error.to_string()).help(help);
        }
    }

    fn push(&mut self, code: Code, start: Span, end: Span, message: String) -> &mut Diagnostic {
        self.errors.push(Diagnostic { code, start, end, message });
        self.errors.last_mut().expect("one was just pushed")
    }

    /// Drops findings about the layers of a file: nobody wrote them here.
    pub(crate) fn forget_findings_in_files(&mut self) {
        let files: Vec<_> = self.source.files.iter().filter_map(|(_, span)| position(*span)).collect();
        self.warnings.retain(|warning| position(warning.span).is_none_or(|place| !files.contains(&place)));
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
        // Passes find errors in their own order, but a reader goes from top to bottom.
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
    /// Adds the cure.
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
    pub(crate) fn keras_or<'a>(&mut self, name: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> &mut Self {
        if let Some(ours) = python::names::argument(name, candidates.clone()) {
            return self.help(format!("did you mean `{ours}`?"));
        }
        match python::argument(name) {
            Some(help) => self.help(help),
            None => self.did_you_mean(name, candidates),
        }
    }

    fn line(&mut self, kind: &str, text: &str) -> &mut Self {
        self.message.push_str(&format!("\n  = {kind}: {text}"));
        self
    }
}

/// The longest name that is compared: a comparison takes time and memory proportional to the product of the lengths.
const LONGEST: usize = 64;

/// The candidate that a misspelt name most likely means.
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
        // Among equals, prefers the same case, and then always the same candidate.
        .min_by_key(|(distance, candidate)| (*distance, strsim::damerau_levenshtein(name, candidate), *candidate))
        .map(|(_, candidate)| candidate)
}
