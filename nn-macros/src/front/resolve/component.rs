//! A model or a user's own layer inside a graph: `my::Scale(64)`. Only rustc knows its declaration.

use super::expression::strip;
use super::{Bound, Resolver};
use crate::front::python;
use crate::front::values::{self, arguments};
use crate::graph::{Component, Given, LayerId, Op, Said};
use crate::literal;
use nn_core::Code;
use quote::ToTokens;
use syn::{Expr, ExprCall, ExprPath, Ident};

impl Resolver<'_> {
    pub(super) fn component(&mut self, path: &ExprPath, call: &ExprCall) -> Bound {
        if path.path.is_ident(self.own) {
            self.diagnostics.error(Code::Recursion, path, format!("`{}` cannot contain itself", self.own)).help("weights are shared by calling one layer several times: `let tower = Dense(8);`, then `tower(a)`, `tower(b)`");
            return Bound::Poison;
        }
        let (mut given_name, mut trainable) = (None, true);
        let (mut given, mut then, mut failed) = (Vec::new(), Vec::new(), false);
        for (keyword, value) in arguments(call) {
            match keyword {
                Some(keyword) if keyword == "name" => given_name = self.given_name(&value),
                Some(keyword) if keyword == "trainable" => match literal::flag(&value) {
                    Some(flag) => trainable = flag,
                    None => {
                        self.diagnostics.error(Code::ArgumentType, &value, "`trainable` expects `true` or `false`");
                    }
                },
                keyword => match self.said(keyword.as_ref(), &value, &mut then) {
                    Some(said) => {
                        let keyword = keyword.map(|keyword| self.diagnostics.source.name(&keyword));
                        given.push(Given { keyword, expr: self.expr(&value), value: said });
                    }
                    None => failed = true,
                },
            }
        }
        if failed {
            return Bound::Poison;
        }
        // The activation comes before the penalty, in any order of arguments.
        then.sort_by_key(|&layer| !matches!(self.graph.layers[layer].op, Op::Activation { .. }));
        let kind = path.path.segments.last().map_or_else(String::new, |last| last.ident.to_string());
        let path = match syn::parse2(path.to_token_stream()) {
            Ok(path) => path,
            Err(error) => {
                self.diagnostics.syntax(error, "a layer of your own is called by its path: `my::Scale(64)(x)`");
                return Bound::Poison;
            }
        };
        let passes_mask = self.expr(&syn::parse_quote!(<#path as ::nn::Component>::PASSES_MASK));
        let heeds_mask = self.expr(&syn::parse_quote!(<#path as ::nn::Component>::HEEDS_MASK));
        let (path, source) = (self.diagnostics.source.r#type(path), self.expr(&Expr::Call(call.clone())));
        let component = Component { path, kind, given, then, first: None, folded: false, passes_mask, heeds_mask };
        let layer = self.layer(Op::Component(component), source);
        self.graph.layers[layer].given_name = given_name;
        self.graph.layers[layer].trainable = trainable;
        Bound::Layer(layer)
    }

    /// The meaning of an argument's tokens for a user's layer. It also makes the layers that follow that layer.
    fn said(&mut self, keyword: Option<&Ident>, value: &Expr, then: &mut Vec<LayerId>) -> Option<Said> {
        let word = keyword.map(ToString::to_string).unwrap_or_default();
        let functions = [
            ("initializer", &values::INITIALIZERS),
            ("regularizer", &values::REGULARIZERS),
            ("constraint", &values::CONSTRAINTS),
        ];
        let functions = functions.into_iter().find(|(end, _)| word.ends_with(end));
        if python::is_none(value) {
            return Some(Said::Nothing);
        }
        match (word.as_str(), functions) {
            ("activation", _) => {
                if !values::is_identity(value) {
                    then.push(self.activation(value, true)?);
                }
                return Some(Said::After);
            }
            ("activity_regularizer", _) => {
                then.push(self.activity(value)?);
                return Some(Said::After);
            }
            (_, Some((_, values))) => return Some(Said::Function(values::named(value, values, self.diagnostics)?)),
            _ => {}
        }
        if let Some(n) = literal::integer(value) {
            let Ok(n) = i64::try_from(n) else {
                self.diagnostics.error(Code::TooLarge, value, format!("this number is too large: {n}"));
                return None;
            };
            return Some(Said::Int(n));
        }
        let name = match strip(value) {
            Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        let name = name.filter(|name| name.starts_with(char::is_lowercase));
        if let Some(word) = name.or_else(|| literal::string(value)) {
            return Some(Said::Word(word));
        }
        if let Some(elements) = literal::list(value) {
            let elements: Vec<Expr> = elements.into_iter().cloned().collect();
            return Some(Said::List(elements.iter().map(|element| self.expr(element)).collect()));
        }
        let flag = literal::flag(value).map(Said::Flag);
        let number = || literal::number(value).map(Said::Number);
        let of_literals = || match numbers_in(value)? {
            Numbers::Whole => Some(Said::Whole),
            Numbers::Fractions => Some(Said::Fraction),
        };
        Some(flag.or_else(number).or_else(of_literals).unwrap_or(Said::Expression))
    }
}

/// The type of the number that an expression of literals gives.
enum Numbers {
    Whole,
    Fractions,
}

/// The number type of an expression, if literals alone decide it. Otherwise only rustc knows: `2 * UNITS`.
fn numbers_in(expr: &Expr) -> Option<Numbers> {
    let last = |block: &syn::Block| match block.stmts.last() {
        Some(syn::Stmt::Expr(expr, None)) => numbers_in(expr),
        _ => None,
    };
    match strip(expr) {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Int(number) if number.suffix().is_empty() => Some(Numbers::Whole),
            syn::Lit::Float(number) if number.suffix().is_empty() => Some(Numbers::Fractions),
            _ => None,
        },
        Expr::Unary(unary) if !matches!(unary.op, syn::UnOp::Deref(_)) => numbers_in(&unary.expr),
        Expr::Binary(binary) => {
            use syn::BinOp::{Add, BitAnd, BitOr, BitXor, Div, Mul, Rem, Shl, Shr, Sub};
            match binary.op {
                // A shift has the type of its left side.
                Shl(_) | Shr(_) => numbers_in(&binary.left),
                Add(_) | Sub(_) | Mul(_) | Div(_) | Rem(_) | BitAnd(_) | BitOr(_) | BitXor(_) => {
                    numbers_in(&binary.left).and_then(|left| numbers_in(&binary.right).map(|_| left))
                }
                _ => None,
            }
        }
        Expr::If(choice) => last(&choice.then_branch),
        Expr::Match(choice) => numbers_in(&choice.arms.first()?.body),
        Expr::Block(block) => last(&block.block),
        _ => None,
    }
}
