//! The fields of activations, initializers, regularizers and constraints.

use super::{in_range, wrong};
use crate::diagnostics::Diagnostics;
use crate::front::python;
use crate::graph::Term;
use crate::literal;
use nn_core::settings::Allowed;
use nn_core::shape::MAX_RANK;
use nn_core::spec::ValueSpec;
use syn::Expr;

/// The axes of a norm are a list; every other field is one number.
const AXES: &str = "axis";

/// The value of a field that is not given.
pub(super) fn default(&(field, default): &(&str, f64)) -> Term {
    let number = Term::Number(default);
    if field == AXES { Term::List(vec![number]) } else { number }
}

/// The value of a field from its expression.
pub(super) fn field(
    spec: &ValueSpec,
    field: &'static str,
    value: &Expr,
    diagnostics: &mut Diagnostics,
) -> Option<Term> {
    if field == AXES {
        return axes(value, diagnostics);
    }
    let name = Allowed::name_in_graph(spec.names[0], field);
    match literal::number(value) {
        Some(x) => in_range(name, x, value, diagnostics).then_some(Term::Number(x)),
        None if literal::is_literal(value) => wrong(field, "a number", value, diagnostics),
        None => Some(Term::Written(diagnostics.source.expr(value))),
    }
}

/// The axes of a norm: `0` or `[0, 1, 2]`.
fn axes(expr: &Expr, diagnostics: &mut Diagnostics) -> Option<Term> {
    const EXPECTED: &str = "a whole number, or a list of them";
    let elements = literal::sizes(expr).unwrap_or_else(|| vec![expr]);
    if elements.is_empty() || python::is_none(expr) {
        return wrong(AXES, EXPECTED, expr, diagnostics);
    }
    let mut terms = Vec::new();
    for element in elements {
        terms.push(match literal::number(element) {
            Some(x) if x.fract() == 0.0 && x.abs() <= MAX_RANK as f64 => Term::Number(x),
            Some(_) => return wrong(AXES, EXPECTED, element, diagnostics),
            None if literal::is_literal(element) => return wrong(AXES, EXPECTED, element, diagnostics),
            None => Term::Written(diagnostics.source.expr(element)),
        });
    }
    Some(Term::List(terms))
}
