//! The user's expressions with the name of one of the expansion's variables. They become constants outside of it.

use super::Printer;
use crate::graph::{Function, Given, Op, Term};
use crate::source::ExprId;
use nn_core::locals::LOCALS;
use nn_core::spec::Kind;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use std::collections::BTreeMap;
use syn::Ident;

impl Printer<'_> {
    /// Constants for the user's numbers that contain the name of one of the expansion's variables, because no variable
    /// is in scope there. Values of the user's own types stay in place, because only rustc knows their types.
    pub(crate) fn numbers_outside(self) -> Vec<TokenStream> {
        let mut found = BTreeMap::new();
        for layer in &self.graph.layers {
            match &layer.op {
                Op::Builtin(builtin) => {
                    for (spec, arg) in builtin.spec.args.iter().zip(&builtin.args) {
                        let r#type = if spec.kind == Kind::Flag {
                            quote!(::core::primitive::bool)
                        } else {
                            quote!(::core::primitive::f64)
                        };
                        arg.field.iter().for_each(|field| self.find_outside(field, &r#type, &mut found));
                    }
                }
                Op::Activation { function, .. } => {
                    self.find_outside(&Term::Function(function.clone()), &quote!(::core::primitive::f64), &mut found);
                }
                Op::Component(component) => {
                    for function in component.given.iter().filter_map(Given::function) {
                        let term = Term::Function(function.clone());
                        self.find_outside(&term, &quote!(::core::primitive::f64), &mut found);
                    }
                }
            }
        }
        found.into_values().collect()
    }

    fn find_outside(self, term: &Term, r#type: &TokenStream, found: &mut BTreeMap<String, TokenStream>) {
        match term {
            Term::Written(expr) if self.names_a_variable(*expr) => {
                let (name, value) = (outside_name(*expr), &self.source[*expr]);
                found.insert(name.to_string(), quote!(const #name: #r#type = #value;));
            }
            Term::Slice(expr) if self.names_a_variable(*expr) => {
                let (name, value) = (outside_name(*expr), self.slice(*expr));
                found.insert(name.to_string(), quote!(const #name: &'static [::core::primitive::f64] = #value;));
            }
            Term::List(terms) => {
                terms.iter().for_each(|term| self.find_outside(term, &quote!(::core::primitive::f64), found));
            }
            Term::Function(Function::Library { fields, .. }) => {
                fields.iter().for_each(|field| self.find_outside(field, &quote!(::core::primitive::f64), found));
            }
            _ => {}
        }
    }

    pub(super) fn outside(self, expr: ExprId) -> TokenStream {
        let (graph_type, name) = (self.ident(&self.graph.graph_type), outside_name(expr));
        quote!(#graph_type::#name)
    }

    /// Whether an expression contains the name of one of the expansion's variables.
    pub(super) fn names_a_variable(self, expr: ExprId) -> bool {
        let inputs = self.graph.inputs.iter().map(|&input| &self.graph.tensors[input].name);
        let own: Vec<String> = inputs.chain(&self.graph.output_names).map(ToString::to_string).collect();
        let is = |name: &str| LOCALS.contains(&name) || own.iter().any(|own| own == name);
        has_name(self.source[expr].to_token_stream(), &is)
    }
}

fn outside_name(ExprId(id): ExprId) -> Ident {
    format_ident!("WRITTEN_{id}")
}

/// Whether some tokens contain such a name. After a point or before a colon it is a field.
fn has_name(tokens: TokenStream, is: &dyn Fn(&str) -> bool) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c);
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => has_name(group.stream(), is),
        TokenTree::Ident(word) => !(at > 0 && punct(at - 1, '.') || punct(at + 1, ':')) && is(&word.to_string()),
        _ => false,
    })
}
