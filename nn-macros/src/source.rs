//! The places, expressions and types behind the ids of a graph.
//!
//! A graph is plain data, so it holds no tokens. The front puts the tokens here and keeps their ids. Diagnostics and
//! printers look them up. An importer has no tokens: the default [`SpanId`] is the call of the macro.

use crate::literal;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::fmt;
use std::ops::Index;
use syn::{Expr, Ident, Type};

/// A place in the source. The default is the call of the macro.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpanId(usize);

/// An expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExprId(pub(super) usize);

/// A type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TypeId(usize);

/// A name and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    /// The name in Rust's spelling, with a leading `r#` if needed.
    text: String,
    pub(crate) span: SpanId,
}

impl Name {
    /// A valid name for generated code, from any text: `conv2d/1` is `conv2d_1`.
    pub(crate) fn new(text: &str, span: SpanId) -> Self {
        let is_word = |text: &str| syn::parse_str::<Ident>(text).is_ok();
        let text = match text {
            _ if is_word(text) => text.to_string(),
            _ if is_reserved(text) => format!("{text}_"),
            _ if is_word(&format!("r#{text}")) => format!("r#{text}"),
            _ => {
                let word: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                let digit = word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit());
                return Name::new(&if digit { format!("_{word}") } else { word }, span);
            }
        };
        Name { text, span }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The table.
#[derive(Default)]
pub(crate) struct Source {
    spans: Vec<Span>,
    exprs: Vec<Expr>,
    types: Vec<Type>,
    /// The files that were read, and their paths in the graph: a change of one is a change of the program.
    pub(crate) files: Vec<(String, Span)>,
}

impl Source {
    pub(crate) fn span(&mut self, span: Span) -> SpanId {
        self.spans.push(span);
        SpanId(self.spans.len())
    }

    pub(crate) fn expr(&mut self, expr: &Expr) -> ExprId {
        self.exprs.push(expr.clone());
        ExprId(self.exprs.len() - 1)
    }

    /// An expression that nobody wrote: the text that an importer shows for a layer.
    #[cfg(test)]
    pub(crate) fn made(&mut self, text: &str) -> ExprId {
        self.expr(&syn::parse_str(text).expect("an expression"))
    }

    pub(crate) fn r#type(&mut self, r#type: Type) -> TypeId {
        self.types.push(r#type);
        TypeId(self.types.len() - 1)
    }

    pub(crate) fn name(&mut self, ident: &Ident) -> Name {
        Name { text: ident.to_string(), span: self.span(ident.span()) }
    }

    pub(crate) fn at(&self, span: SpanId) -> Span {
        span.0.checked_sub(1).map_or_else(Span::call_site, |i| self.spans[i])
    }

    /// A name in generated code.
    pub(crate) fn ident(&self, name: &Name) -> Ident {
        let span = self.at(name.span);
        match name.text.strip_prefix("r#") {
            Some(raw) => Ident::new_raw(raw, span),
            None => Ident::new(&name.text, span),
        }
    }

    /// An expression as written, on one line.
    pub(crate) fn text(&self, expr: ExprId) -> String {
        text(&self[expr])
    }

    /// The name, if the expression is a name.
    pub(crate) fn as_name(&mut self, expr: ExprId) -> Option<Name> {
        let ident = match &self[expr] {
            Expr::Path(path) => path.path.get_ident().cloned(),
            _ => None,
        };
        ident.map(|ident| self.name(&ident))
    }

    /// The line of a place, known only inside a compiler. An error underlines one place and names the lines of the
    /// others.
    pub(crate) fn line(&self, span: SpanId) -> Option<usize> {
        proc_macro::is_available().then(|| self.at(span).unwrap().line())
    }

    /// The first token of an expression.
    pub(crate) fn start(&self, expr: ExprId) -> Span {
        self[expr].to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
    }
}

impl Index<ExprId> for Source {
    type Output = Expr;

    fn index(&self, ExprId(id): ExprId) -> &Expr {
        &self.exprs[id]
    }
}

impl Index<TypeId> for Source {
    type Output = Type;

    fn index(&self, TypeId(id): TypeId) -> &Type {
        &self.types[id]
    }
}

/// The places that an error can be about: tokens or ids.
pub(crate) trait Located {
    /// Its first and its last token.
    fn ends(&self, source: &Source) -> (Span, Span);
}

impl<T: ToTokens> Located for T {
    fn ends(&self, _: &Source) -> (Span, Span) {
        ends(self.to_token_stream())
    }
}

impl Located for ExprId {
    fn ends(&self, source: &Source) -> (Span, Span) {
        ends(source[*self].to_token_stream())
    }
}

impl Located for SpanId {
    fn ends(&self, source: &Source) -> (Span, Span) {
        (source.at(*self), source.at(*self))
    }
}

impl Located for Name {
    fn ends(&self, source: &Source) -> (Span, Span) {
        self.span.ends(source)
    }
}

/// The first and the last span of some tokens.
pub(crate) fn ends(tokens: TokenStream) -> (Span, Span) {
    let mut spans = tokens.into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// An expression as written, on one line.
pub(crate) fn text(expr: &Expr) -> String {
    if let Some(text) = literal::string(expr) {
        return format!("{text:?}");
    }
    let text = expr.to_token_stream().to_string();
    text.replace(" (", "(")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" ,", ",")
        .replace("[ ", "[")
        .replace(" ]", "]")
        .replace(" :: ", "::")
        .replace(":: ", "::")
        .replace(" ::", "::")
        .replace("< ", "<")
        .replace(" >", ">")
        .replace(" <", "<")
}

/// Whether a word cannot be a name, not even as `r#self`.
pub(crate) fn is_reserved(name: &str) -> bool {
    matches!(name, "self" | "Self" | "super" | "crate" | "_")
}

/// Converts `TimeDistributed` to `time_distributed`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && before_lower {
            snake.push('_');
        }
        before_lower = c.is_lowercase() || c.is_numeric();
        snake.extend(c.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{Name, Source, SpanId};

    #[test]
    fn every_text_makes_a_name() {
        let names =
            ["x", "r#type", "type", "self", "_", "", "1", "conv2d/1", "a b", "naïve", "x²", "\"", "'a", "r#", "//"];
        let made = names.map(|text| {
            let name = Name::new(text, SpanId::default());
            let ident = Source::default().ident(&name);
            assert_eq!(ident, name.as_str());
            name.to_string()
        });
        let expected = [
            "x", "r#type", "r#type", "self_", "__", "__", "_1", "conv2d_1", "a_b", "naïve", "x_", "__", "_a", "r_",
            "__",
        ];
        assert_eq!(made, expected);
    }
}
