//! Const expressions of literals. The macro knows `28 * 28`; it leaves `HIDDEN / 2` to rustc.

use syn::{BinOp, Expr, Lit, UnOp};

/// Suffixes of whole numbers. Others, as in `8x8`, make no number.
const INTEGERS: &[&str] = &["", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"];
/// Suffixes of numbers with a fraction.
const FLOATS: &[&str] = &["", "f32", "f64"];

/// The value of an expression made of integer literals.
pub(crate) fn integer(expr: &Expr) -> Option<i128> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(n) if INTEGERS.contains(&n.suffix()) => n.base10_parse().ok(),
            _ => None,
        },
        Expr::Paren(inner) => integer(&inner.expr),
        Expr::Group(inner) => integer(&inner.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => integer(&unary.expr)?.checked_neg(),
        Expr::Binary(binary) => {
            let (left, right) = (integer(&binary.left)?, integer(&binary.right)?);
            match binary.op {
                BinOp::Add(_) => left.checked_add(right),
                BinOp::Sub(_) => left.checked_sub(right),
                BinOp::Mul(_) => left.checked_mul(right),
                BinOp::Div(_) => left.checked_div(right),
                BinOp::Rem(_) => left.checked_rem(right),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The value of a number literal; `None` for an infinite one (`1e999`), because no token can stand for it.
pub(crate) fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(x) if FLOATS.contains(&x.suffix()) => x.base10_parse().ok().filter(|x: &f64| x.is_finite()),
            Lit::Int(n) if INTEGERS.contains(&n.suffix()) || FLOATS.contains(&n.suffix()) => {
                n.base10_parse().ok().filter(|x: &f64| x.is_finite())
            }
            _ => None,
        },
        Expr::Paren(inner) => number(&inner.expr),
        Expr::Group(inner) => number(&inner.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => Some(-number(&unary.expr)?),
        // `1 / 255.0`, as in Python. Two whole numbers are left to rustc, which expects a fraction.
        Expr::Binary(binary) if integer(&binary.left).is_none() || integer(&binary.right).is_none() => {
            let (left, right) = (number(&binary.left)?, number(&binary.right)?);
            let value = match binary.op {
                BinOp::Add(_) => left + right,
                BinOp::Sub(_) => left - right,
                BinOp::Mul(_) => left * right,
                BinOp::Div(_) => left / right,
                _ => return None,
            };
            Some(value).filter(|value| value.is_finite())
        }
        _ => None,
    }
}

/// The value of `true` or `false`.
pub(crate) fn flag(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(flag) => Some(flag.value),
            _ => None,
        },
        _ => None,
    }
}

/// The value of a string literal.
pub(crate) fn string(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression is a literal, and so not the name of a constant.
pub(crate) fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) => true,
        Expr::Unary(unary) => is_literal(&unary.expr),
        _ => false,
    }
}

/// The elements of `[a, b]` or `(a, b)`.
pub(crate) fn list(expr: &Expr) -> Option<Vec<&Expr>> {
    match expr {
        Expr::Array(array) => Some(array.elems.iter().collect()),
        Expr::Tuple(tuple) => Some(tuple.elems.iter().collect()),
        Expr::Group(inner) => list(&inner.expr),
        _ => None,
    }
}

/// The sizes of a list, also of `[a; 2]`.
pub(crate) fn sizes(expr: &Expr) -> Option<Vec<&Expr>> {
    /// A longer list has too many axes anyway.
    const MOST: i128 = 16;
    match expr {
        Expr::Repeat(repeat) => match integer(&repeat.len)? {
            count @ 0..=MOST => Some(vec![&*repeat.expr; usize::try_from(count).ok()?]),
            _ => None,
        },
        Expr::Group(inner) => sizes(&inner.expr),
        expr => list(expr),
    }
}
