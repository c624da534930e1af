//! Operators between tensors, which a graph has as layers.

use super::written::written;
use crate::literal;
use quote::ToTokens;
use syn::{BinOp, Expr, Ident, UnOp};

/// The function that merges tensors as an operator does in Keras: `a + b`.
pub(crate) fn merging(operator: &BinOp) -> Option<&'static str> {
    Some(match operator {
        BinOp::Add(_) => "add",
        BinOp::Sub(_) => "subtract",
        BinOp::Mul(_) => "multiply",
        _ => return None,
    })
}

/// The function that merges tensors as `a += b` does.
pub(crate) fn merging_into(operator: &BinOp) -> Option<&'static str> {
    Some(match operator {
        BinOp::AddAssign(_) => "add",
        BinOp::SubAssign(_) => "subtract",
        BinOp::MulAssign(_) => "multiply",
        _ => return None,
    })
}

/// Sums, differences and products of tensors as layers: `a + b + c` is `add([a, b, c])`.
pub(crate) fn merged(expr: &Expr, is_tensor: &dyn Fn(&Ident) -> bool) -> Option<String> {
    let Expr::Binary(binary) = strip(expr) else {
        let plain = !is_number(expr, is_tensor) && matches!(strip(expr), Expr::Path(_) | Expr::Call(_));
        return plain.then(|| written(&strip(expr).to_token_stream().into_iter().collect::<Vec<_>>()));
    };
    let layer = merging(&binary.op)?;
    let mut parts = vec![merged(&binary.right, is_tensor)?];
    let mut left = strip(&binary.left);
    // A difference has two sides.
    while let Expr::Binary(more) = left
        && merging(&more.op) == Some(layer)
        && !matches!(more.op, BinOp::Sub(_))
    {
        parts.push(merged(&more.right, is_tensor)?);
        left = strip(&more.left);
    }
    parts.push(merged(left, is_tensor)?);
    parts.reverse();
    Some(format!("{layer}([{}])", parts.join(", ")))
}

/// Whether this is a number, or the name of a constant.
pub(crate) fn is_number(expr: &Expr, is_tensor: &dyn Fn(&Ident) -> bool) -> bool {
    match strip(expr) {
        Expr::Path(path) => path.path.get_ident().is_none_or(|name| !is_tensor(name)),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => is_number(&unary.expr, is_tensor),
        Expr::Binary(binary) => is_number(&binary.left, is_tensor) && is_number(&binary.right, is_tensor),
        other => literal::is_literal(other),
    }
}

fn strip(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => strip(&inner.expr),
        Expr::Group(inner) => strip(&inner.expr),
        _ => expr,
    }
}
