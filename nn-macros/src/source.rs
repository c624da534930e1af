//! What stands behind the ids of a graph: places, expressions and types that a user wrote.
//!
//! A graph is plain data, so it holds no tokens. Whoever makes one puts the tokens here and keeps their ids; whoever
//! reports an error or prints code looks them up. An importer has neither: the default [`SpanId`] is the call of the
//! macro.

use crate::literal;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::fmt;
use std::ops::Index;
use syn::{Expr, Ident, Type};

/// A place. The default is the call of the macro.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpanId(usize);

/// An expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExprId(pub(super) usize);

/// A type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TypeId(usize);

/// A name, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    /// As Rust writes it, `r#type` included.
    text: String,
    pub(crate) span: SpanId,
}

impl Name {
    /// A name that can stand in generated code, whatever the text is: `conv2d/1` is `conv2d_1`.
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

    /// An expression that nobody wrote: what an importer shows for a layer that it read.
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

    /// An expression as it was written, on one line.
    pub(crate) fn text(&self, expr: ExprId) -> String {
        text(&self[expr])
    }

    /// The name that an expression is, if it is one.
    pub(crate) fn as_name(&mut self, expr: ExprId) -> Option<Name> {
        let ident = match &self[expr] {
            Expr::Path(path) => path.path.get_ident().cloned(),
            _ => None,
        };
        ident.map(|ident| self.name(&ident))
    }

    /// The line of a place: an error can underline one only, so others are named. It is known in a compiler only.
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

/// What an error can be about: tokens, or what has an id.
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

/// An expression as it was written, on one line.
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

/// Words that cannot be names, not even as `r#self`.
pub(crate) fn is_reserved(name: &str) -> bool {
    matches!(name, "self" | "Self" | "super" | "crate" | "_")
}

/// `TimeDistributed` to `time_distributed`.
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
