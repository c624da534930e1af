//! Arguments that may be lists of numbers, also nested ones.

use super::{in_range, size, wrong};
use crate::diagnostics::Diagnostics;
use crate::front::python;
use crate::graph::{Arg, Term};
use crate::literal;
use nn_core::Code;
use nn_core::shape::MAX_RANK;
use nn_core::spec::{ArgSpec, Value};
use quote::ToTokens;
use syn::Expr;

/// Whole numbers, at most [`MAX_RANK`] of them.
pub(super) fn whole(whole: &Expr, elements: &[&Expr], diagnostics: &mut Diagnostics) -> Arg {
    let known: Option<Vec<i64>> =
        elements.iter().map(|e| literal::integer(e).and_then(|n| i64::try_from(n).ok())).collect();
    let asked = elements.iter().map(|element| diagnostics.source.expr(element)).collect();
    Arg {
        value: known.map(|known| Value::ints(&known)),
        asked: Some(asked),
        expr: Some(diagnostics.source.expr(whole)),
        ..Arg::default(Value::Absent)
    }
}

/// `2`, `(1, 2)` or `((1, 2), (3, 4))`. If one element is a pair, the others are pairs too: `(1, (3, 4))`.
pub(super) fn pairs(spec: &ArgSpec, expr: &Expr, diagnostics: &mut Diagnostics) -> Option<Arg> {
    let axes = literal::sizes(expr).unwrap_or_else(|| vec![expr]);
    let nested = axes.iter().any(|axis| literal::sizes(axis).is_some());
    let fits = if nested { (2..=MAX_RANK / 2).contains(&axes.len()) } else { (1..=MAX_RANK / 2).contains(&axes.len()) };
    let ends = axes.iter().map(|axis| match literal::sizes(axis) {
        Some(pair) => <[&Expr; 2]>::try_from(pair).ok(),
        None => Some([*axis; 2]),
    });
    let ends: Option<Vec<[&Expr; 2]>> = ends.collect();
    let (true, Some(ends)) = (fits, ends) else {
        let text = expr.to_token_stream();
        let message = format!(
            "`{}` expects a whole number, a list with one for each axis, or a list with a pair for each axis, \
             but got `{text}`",
            spec.name
        );
        let error = diagnostics.error(Code::ArgumentType, expr, message);
        if let ([a, b, c, d], false) = (&axes[..], nested) {
            let [a, b, c, d] = [a, b, c, d].map(|end| end.to_token_stream());
            error.help(format!("write `(({a}, {b}), ({c}, {d}))`: the first pair is for the first axis"));
        }
        return None;
    };
    let elements = if nested { ends.concat() } else { axes };
    for element in &elements {
        match literal::integer(element) {
            Some(n) if n < 0 => {
                let message = format!("`{}` must be at least 0, but has {n}", spec.name);
                diagnostics.error(Code::OutOfRange, element, message);
                return None;
            }
            Some(n) if n > i128::from(u32::MAX) => {
                diagnostics.error(Code::TooLarge, element, format!("`{}` is too large: {n}", spec.name));
                return None;
            }
            None if literal::is_literal(element) || literal::sizes(element).is_some() || python::is_none(element) => {
                return wrong(spec.name, "a whole number", element, diagnostics);
            }
            _ => {}
        }
    }
    Some(whole(expr, &elements, diagnostics))
}

/// `(None, 1, 64)`: the rule sees 0 for `None`.
pub(super) fn dims(spec: &ArgSpec, expr: &Expr, diagnostics: &mut Diagnostics) -> Option<Arg> {
    let Some(elements) = literal::sizes(expr) else {
        return wrong(spec.name, "a list of whole numbers or `None`", expr, diagnostics);
    };
    if elements.len() > MAX_RANK {
        diagnostics.error(Code::TooManyAxes, expr, format!("`{}` has more than {MAX_RANK} numbers", spec.name));
        return None;
    }
    let what = format!("a dimension of `{}`", spec.name);
    let none: Expr = syn::parse_quote!(0);
    let mut all = Vec::new();
    for element in elements {
        if python::is_none(element) {
            all.push(&none);
        } else {
            size(spec.name, &what, element, diagnostics)?;
            all.push(element);
        }
    }
    Some(whole(expr, &all, diagnostics))
}

/// `0.5`, `[0.5, 0.25]`, or a constant of which only rustc knows whether it is a list.
pub(super) fn floats(spec: &ArgSpec, expr: &Expr, diagnostics: &mut Diagnostics) -> Option<Arg> {
    const EXPECTED: &str = "a number, or a list of numbers";
    let written = diagnostics.source.expr(expr);
    let list = literal::sizes(expr);
    if list.is_none() && literal::number(expr).is_none() {
        if literal::is_literal(expr) || python::is_none(expr) {
            return wrong(spec.name, EXPECTED, expr, diagnostics);
        }
        return Some(Arg {
            asked: Some(vec![written]),
            field: Some(Term::Slice(written)),
            expr: Some(written),
            unchecked: true,
            ..Arg::default(Value::Floats(0))
        });
    }
    let elements = list.unwrap_or_else(|| vec![expr]);
    if elements.is_empty() {
        return wrong(spec.name, EXPECTED, expr, diagnostics);
    }
    let mut terms = Vec::new();
    for element in &elements {
        terms.push(match literal::number(element) {
            Some(x) if !in_range(spec.name, x, element, diagnostics) => return None,
            Some(x) => Term::Number(x),
            None if literal::sizes(element).is_some() => return wrong(spec.name, EXPECTED, expr, diagnostics),
            None if literal::is_literal(element) || python::is_none(element) => {
                return wrong(spec.name, "a number", element, diagnostics);
            }
            None => Term::Written(diagnostics.source.expr(element)),
        });
    }
    let value = Value::Floats(elements.len());
    Some(Arg { field: Some(Term::List(terms)), expr: Some(written), ..Arg::default(value) })
}
