//! `#[budget(ram = "16 KiB", flash = "128 KiB", params = 50_000, macs = 1_000_000)]` on the struct. Only rustc knows
//! all sizes, so it checks the limits.

use crate::diagnostics::Diagnostics;
use crate::front::parse::Syntax;
use nn_core::Code;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, ExprGroup, ExprLit, ExprParen, Ident, Lit};

/// The limits of a model, as written.
#[derive(Default)]
pub(crate) struct Budgets {
    pub(crate) ram: Option<Limit>,
    pub(crate) flash: Option<Limit>,
    pub(crate) params: Option<Limit>,
    pub(crate) macs: Option<Limit>,
}

/// One limit.
pub(crate) struct Limit {
    /// An expression of type `usize`.
    pub(crate) value: TokenStream,
    /// Its first token, for errors.
    pub(crate) span: Span,
}

const KEYS: [&str; 4] = ["ram", "flash", "params", "macs"];

/// Takes the budgets of a model off the struct.
pub(crate) fn budgets(syntax: &mut Syntax, diagnostics: &mut Diagnostics) -> Budgets {
    let mut budgets = Budgets::default();
    let (ours, others): (Vec<_>, Vec<_>) =
        std::mem::take(&mut syntax.attributes).into_iter().partition(|attribute| attribute.path().is_ident("budget"));
    syntax.attributes = others;
    for attribute in ours {
        let parsed = attribute.parse_nested_meta(|meta| {
            let Some(key) = meta.path.get_ident().cloned() else {
                return Err(meta.error("expected one of `ram`, `flash`, `params` and `macs`"));
            };
            let mut value: Expr = meta.value()?.parse()?;
            // A value that passed through another macro is in a group.
            while let Expr::Group(ExprGroup { expr, .. }) | Expr::Paren(ExprParen { expr, .. }) = value {
                value = *expr;
            }
            budget(&mut budgets, &key, &value, diagnostics);
            Ok(())
        });
        if let Err(error) = parsed {
            for error in error {
                diagnostics
                    .error_at(Code::Syntax, error.span(), error.to_string())
                    .help("a budget is written as `#[budget(ram = \"16 KiB\", flash = \"128 KiB\")]`");
            }
        }
    }
    budgets
}

fn budget(budgets: &mut Budgets, key: &Ident, value: &Expr, diagnostics: &mut Diagnostics) {
    let text = key.to_string();
    let (budget, bytes) = match text.as_str() {
        "ram" => (&mut budgets.ram, true),
        "flash" => (&mut budgets.flash, true),
        "params" => (&mut budgets.params, false),
        "macs" => (&mut budgets.macs, false),
        _ => {
            diagnostics
                .error(Code::UnknownArgument, key, format!("there is no budget `{text}`"))
                .did_you_mean(&text, KEYS)
                .note("there are `ram`, `flash`, `params` and `macs`");
            return;
        }
    };
    if budget.is_some() {
        diagnostics.error(Code::GivenTwice, key, format!("the budget `{text}` is given twice"));
        return;
    }
    let span = value.to_token_stream().into_iter().next().map_or_else(|| key.span(), |token| token.span());
    let value = match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if bytes => match size(&text.value()) {
            // A limit above the address space of a target limits nothing there.
            Some(size) => match u32::try_from(size) {
                Ok(size) => Literal::u32_unsuffixed(size).into_token_stream(),
                Err(_) => {
                    let size = Literal::u64_suffixed(size);
                    quote!(::nn::budget::bytes(#size))
                }
            },
            None => {
                let message = format!("expected a size such as \"16 KiB\", but got \"{}\"", text.value());
                let error = diagnostics.error(Code::ArgumentType, text, message);
                if let Some(right) = with_unit(&text.value()) {
                    error.help(format!("write \"{right}\""));
                }
                error.note("the units are B, KB, MB, GB (powers of 1000) and KiB, MiB, GiB (powers of 1024)");
                return;
            }
        },
        // Any literal except a whole number.
        Expr::Lit(ExprLit { lit, .. }) if !matches!(lit, Lit::Int(_)) => {
            let (what, example) = if bytes { ("a size", "\"16 KiB\" or 16_384") } else { ("a whole number", "50_000") };
            diagnostics
                .error(Code::ArgumentType, lit, format!("expected {what}, but got `{}`", lit.to_token_stream()))
                .help(format!("for example `{text} = {example}`"));
            return;
        }
        value => value.to_token_stream(),
    };
    *budget = Some(Limit { value, span });
}

/// The units, and the bytes of each.
const UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("KB", 1000),
    ("MB", 1000 * 1000),
    ("GB", 1000 * 1000 * 1000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Reads `16 KiB` as bytes, at most the largest number.
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = (text[..unit].trim().replace('_', ""), &text[unit..]);
    let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    if let Ok(whole) = number.parse::<u64>() {
        return Some(whole.saturating_mul(factor));
    }
    // `as` saturates at the largest number, which limits nothing either.
    number.parse::<f64>().ok().filter(|number| *number >= 0.0).map(|number| (number * factor as f64) as u64)
}

/// A size with its unit as it is written here: `16 KiB` for `16 kib`, `16k` and `16 Kibibytes`.
fn with_unit(text: &str) -> Option<String> {
    let text = text.trim();
    let start = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = (text[..start].trim(), text[start..].to_lowercase());
    let unit = match unit.as_str() {
        "byte" | "bytes" => "B",
        "k" | "ki" | "kibibyte" | "kibibytes" => "KiB",
        "m" | "mi" | "mebibyte" | "mebibytes" => "MiB",
        "g" | "gi" | "gibibyte" | "gibibytes" => "GiB",
        "kilobyte" | "kilobytes" => "KB",
        "megabyte" | "megabytes" => "MB",
        "gigabyte" | "gigabytes" => "GB",
        unit => UNITS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.0,
    };
    let right = format!("{number} {unit}");
    size(&right).map(|_| right)
}

#[cfg(test)]
mod tests {
    use super::{size, with_unit};

    #[test]
    fn sizes() {
        assert_eq!(size("16 KiB"), Some(16_384));
        assert_eq!(size("16KB"), Some(16_000));
        assert_eq!(size(" 1.5 KiB "), Some(1536));
        assert_eq!(size("1_000 B"), Some(1000));
        assert_eq!(size("20000000 TB"), None);
        assert_eq!(size("99999999999 GB"), Some(u64::MAX));
        assert_eq!(["16", "KiB", "16 Kb/s", "-1 B", "x B", ""].map(size), [None; 6]);
        assert_eq!(["16 kib", "16 Kib", "16 KIB", "16 kB", "16 k", "16 b"].map(size), [None; 6]);
    }

    #[test]
    fn units_that_are_meant() {
        let meant = [("16 kib", "16 KiB"), ("1.5k", "1.5 KiB"), ("2 kB", "2 KB"), ("1_000 bytes", "1_000 B")];
        for (text, right) in meant {
            assert_eq!(with_unit(text).as_deref(), Some(right));
        }
        assert_eq!(["16", "16 Kb/s", "x kib", "-1 b"].map(with_unit), [None, None, None, None]);
    }
}
