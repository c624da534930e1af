//! Values as arguments of a template: `block(x, 32, strides = ..)` writes its layers with these sizes.
//!
//! The tokens of a value stand in the template wherever its parameter is read, so an error is at the user's value.

use crate::front::resolve::{Bound, Resolver};
use crate::front::values::{ACTIVATIONS, CONSTRAINTS, INITIALIZERS, REGULARIZERS, arguments};
use crate::literal;
use nn_core::layers::LAYERS;
use nn_core::spec::Kind;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::HashMap;
use syn::Expr;

impl Resolver<'_> {
    /// Whether an argument of a template is a value of a layer's argument, and no tensor or layer.
    pub(super) fn is_value(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Lit(_) | Expr::Block(_) => true,
            Expr::Paren(inner) => self.is_value(&inner.expr),
            Expr::Group(inner) => self.is_value(&inner.expr),
            Expr::Unary(unary) => self.is_value(&unary.expr),
            Expr::Binary(binary) => self.is_value(&binary.left) && self.is_value(&binary.right),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => {
                    let name = name.to_string();
                    !self.scope.contains_key(&name) && (is_constant(&name) || is_word(&name))
                }
                None => path.path.segments.last().is_some_and(|last| is_constant(&last.ident.to_string())),
            },
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return false };
                let Some(name) = path.path.get_ident().map(ToString::to_string) else { return false };
                let activation = ACTIVATIONS.has(&name) && !call.args.is_empty();
                !self.scope.contains_key(&name)
                    && (activation || [INITIALIZERS, REGULARIZERS, CONSTRAINTS].iter().any(|values| values.has(&name)))
                    && arguments(call).iter().all(|(_, value)| self.is_value(value))
            }
            _ => literal::list(expr).is_some_and(|all| !all.is_empty() && all.iter().all(|one| self.is_value(one))),
        }
    }

    /// The expression with the values of the template's parameters; `None` if it reads none.
    pub(super) fn with_values(&self, expr: &Expr) -> Option<Expr> {
        // A template inside reads the names when it is used.
        if matches!(expr, Expr::Closure(_)) {
            return None;
        }
        let values = self.scope.iter().filter_map(|(name, (_, bound))| match bound {
            Bound::Value(value) => Some((name.as_str(), &**value)),
            _ => None,
        });
        let values: HashMap<&str, &Expr> = values.collect();
        if values.is_empty() {
            return None;
        }
        syn::parse2(written(expr.to_token_stream(), &values)).ok()
    }
}

/// Replaces the names of parameters.
fn written(tokens: TokenStream, values: &HashMap<&str, &Expr>) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |at: Option<usize>, c: char| matches!(at.and_then(|at| tokens.get(at)), Some(TokenTree::Punct(punct)) if punct.as_char() == c);
    let mut all = TokenStream::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), written(group.stream(), values));
                inside.set_span(group.span());
                all.extend([TokenTree::Group(inside)]);
            }
            TokenTree::Ident(name) => {
                let keyword = punct(Some(at + 1), '=') && !punct(Some(at + 2), '=');
                let in_path = punct(at.checked_sub(1), ':') || punct(Some(at + 1), ':');
                let value = values.get(name.to_string().as_str()).filter(|_| !keyword && !in_path);
                match value {
                    Some(value @ Expr::Binary(_)) => {
                        all.extend([TokenTree::Group(Group::new(Delimiter::Parenthesis, value.to_token_stream()))]);
                    }
                    Some(value) => value.to_tokens(&mut all),
                    None => all.extend([token.clone()]),
                }
            }
            _ => all.extend([token.clone()]),
        }
    }
    all
}

/// Whether this is the name of a constant by Rust's convention.
fn is_constant(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains(|c: char| c.is_ascii_lowercase())
}

/// Whether this is a word that some argument takes: `relu`, `same`, `he_normal`.
fn is_word(name: &str) -> bool {
    let choices = LAYERS.iter().flat_map(|spec| spec.args).filter_map(|arg| match arg.kind {
        Kind::Choice(names) => Some(names),
        _ => None,
    });
    [ACTIVATIONS, INITIALIZERS, REGULARIZERS, CONSTRAINTS].iter().any(|values| values.has(name))
        || choices.into_iter().flatten().any(|choice| *choice == name)
}
