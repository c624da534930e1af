//! Numeric settings, and their allowed values.
//!
//! Optimizers, schedules and losses list their [`Setting`]s. One [check](Setting::check) serves all of them, before
//! training begins.

use crate::spec::code::Code;
use crate::spec::text::{Text, str_eq};
use core::fmt;

/// The allowed values of a setting: the finite numbers between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowed {
    /// The smallest value; infinite if there is no bound.
    pub low: f64,
    /// Whether `low` itself is excluded.
    pub above: bool,
    /// The largest value; infinite if there is no bound.
    pub high: f64,
    /// Whether `high` itself is excluded.
    pub below: bool,
}

impl Allowed {
    /// Any finite number.
    pub const FINITE: Allowed = Allowed { low: f64::NEG_INFINITY, above: false, high: f64::INFINITY, below: false };
    /// 0 or more.
    pub const NOT_NEGATIVE: Allowed = Allowed { low: 0.0, ..Allowed::FINITE };
    /// 0 or less.
    pub const NOT_POSITIVE: Allowed = Allowed { high: 0.0, ..Allowed::FINITE };
    /// More than 0.
    pub const POSITIVE: Allowed = Allowed { low: 0.0, above: true, ..Allowed::FINITE };
    /// From 0 to 1.
    pub const PART: Allowed = Allowed { low: 0.0, high: 1.0, ..Allowed::FINITE };
    /// From 0 to below 1.
    pub const BELOW_ONE: Allowed = Allowed { below: true, ..Allowed::PART };
    /// From above 0 to 1.
    pub const SOME_PART: Allowed = Allowed { above: true, ..Allowed::PART };

    /// Returns the numbers above `low`.
    pub const fn above(low: f64) -> Allowed {
        Allowed { low, above: true, ..Allowed::FINITE }
    }

    /// Returns the allowed values of a number in a graph: an argument of a layer, or a number of a regularizer,
    /// constraint or initializer. A name means the same everywhere. Layers check further conditions in their shape
    /// rules.
    pub const fn in_graph(name: &str) -> Allowed {
        const NAMES: &[(&str, Allowed)] = &[
            ("l1", Allowed::NOT_NEGATIVE),
            ("l2", Allowed::NOT_NEGATIVE),
            ("stddev", Allowed::NOT_NEGATIVE),
            ("min_value", Allowed::NOT_NEGATIVE),
            ("max_value", Allowed::NOT_NEGATIVE),
            // Normalizing equal numbers would divide 0 by 0.
            ("epsilon", Allowed::POSITIVE),
            ("momentum", Allowed::PART),
            ("variance", Allowed::NOT_NEGATIVE),
            // For squareplus: below 0 it would take the root of a negative number.
            ("b", Allowed::NOT_NEGATIVE),
            // celu divides by it.
            ("celu.alpha", Allowed::POSITIVE),
        ];
        let mut i = 0;
        while i < NAMES.len() {
            if str_eq(NAMES[i].0, name) {
                return NAMES[i].1;
            }
            i += 1;
        }
        Allowed::FINITE
    }

    /// Whether a value in a graph is allowed. It must be finite as an `f32`, the smaller scalar type, and become 0
    /// only if it is 0.
    pub const fn has_in_graph(&self, value: f64) -> bool {
        self.has(value) && value.abs() <= f32::MAX as f64 && (value == 0.0 || value as f32 != 0.0)
    }

    /// Returns the name by which [`in_graph`](Self::in_graph) knows the field of a function such as an activation, if
    /// the field has a special meaning there.
    pub const fn name_in_graph(function: &str, field: &'static str) -> &'static str {
        if str_eq(function, "celu") && str_eq(field, "alpha") { "celu.alpha" } else { field }
    }

    /// Returns the allowed values in words: `a finite number of at least 0`.
    pub const fn text(&self) -> Text<64> {
        let Allowed { low, above, high, below } = *self;
        let text = Text::new();
        match (low.is_finite(), high.is_finite()) {
            (true, true) => {
                let text = text.str("a number from ").str(if above { "above " } else { "" }).int(low as i64);
                text.str(" to ").str(if below { "below " } else { "" }).int(high as i64)
            }
            (true, false) if above => text.str("a finite number above ").int(low as i64),
            (true, false) => text.str("a finite number of at least ").int(low as i64),
            (false, true) if below => text.str("a finite number below ").int(high as i64),
            (false, true) => text.str("a finite number of at most ").int(high as i64),
            (false, false) => text.str("a finite number"),
        }
    }

    /// Whether a value is allowed.
    pub const fn has(&self, value: f64) -> bool {
        // Every comparison with NaN is false.
        let low = if self.above { value > self.low } else { value >= self.low };
        let high = if self.below { value < self.high } else { value <= self.high };
        low && high && value.is_finite()
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

/// Returns a number in a graph, which rustc checks if its value is not a literal.
///
/// # Panics
/// If the number is not allowed; in a constant, so the graph does not compile.
#[track_caller]
pub const fn number(name: &str, value: f64) -> f64 {
    let allowed = Allowed::in_graph(name);
    if allowed.has_in_graph(value) {
        return value;
    }
    let message = Text::<256>::new().str("`").str(name).str("`: expected ").str(allowed.text().as_str());
    panic!("{}", message.str(Code::OutOfRange.note().as_str()).as_str())
}

/// A number or a list of numbers in a graph, as an expression whose type only rustc knows.
#[doc(hidden)]
pub struct Numbers<N>(pub N);

impl Numbers<f64> {
    /// Returns the numbers.
    pub const fn list(&'static self) -> &'static [f64] {
        core::slice::from_ref(&self.0)
    }
}

impl<const N: usize> Numbers<[f64; N]> {
    /// Returns the numbers.
    pub const fn list(&'static self) -> &'static [f64] {
        &self.0
    }
}

impl<const N: usize> Numbers<&'static [f64; N]> {
    /// Returns the numbers.
    pub const fn list(&'static self) -> &'static [f64] {
        self.0
    }
}

impl Numbers<&'static [f64]> {
    /// Returns the numbers.
    pub const fn list(&'static self) -> &'static [f64] {
        self.0
    }
}

/// Checks the numbers of an argument in a graph, and returns the first one.
///
/// # Panics
/// If there is none, or if one is out of range.
#[doc(hidden)]
#[track_caller]
pub const fn numbers(name: &str, list: &'static [f64]) -> f64 {
    if list.is_empty() {
        let message = Text::<256>::new().str("`").str(name).str("`: expected a number, or a list of numbers");
        panic!("{}", message.str(", but the list is empty").str(Code::ArgumentType.note().as_str()).as_str())
    }
    let mut i = 0;
    while i < list.len() {
        number(name, list[i]);
        i += 1;
    }
    list[0]
}

/// A numeric setting: its name, its value, and the allowed values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// The name of the field or method: `beta_1`, `clipnorm`.
    pub name: &'static str,
    /// The value.
    pub value: f64,
    /// The allowed values.
    pub allowed: Allowed,
}

impl Setting {
    /// Creates a setting.
    pub const fn new(name: &'static str, value: f64, allowed: Allowed) -> Self {
        Setting { name, value, allowed }
    }

    /// Checks the value, also as the scalar `T`: 1e39 is infinite as an `f32`, and 1e-50 is 0.
    ///
    /// # Errors
    /// If the value is not allowed.
    #[cfg(feature = "compute")]
    pub fn check<T: crate::Scalar>(self) -> Result<(), OutOfRange> {
        let Setting { name, value, allowed } = self;
        let rounded = T::of(value).to_f64();
        let vanishes = allowed.above && rounded <= allowed.low && allowed.low == 0.0;
        if allowed.has(value) && rounded.is_finite() && !vanishes {
            return Ok(());
        }
        Err(OutOfRange { name, value, allowed, scalar: T::NAME })
    }
}

/// A setting whose value is not allowed.
#[derive(Clone, Copy, Debug)]
pub struct OutOfRange {
    /// The name of the setting.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// The allowed values.
    pub allowed: Allowed,
    /// The model's type of number: `float32`.
    pub scalar: &'static str,
}

impl OutOfRange {
    /// Returns the value, and the reason if only its rounding is not allowed.
    pub fn got(&self) -> impl fmt::Display + '_ {
        fmt::from_fn(|f| {
            // Without an exponent, 1e39 would have 40 digits.
            if self.value != 0.0 && self.value.is_finite() && !(1e-4..1e9).contains(&self.value.abs()) {
                write!(f, "{:e}", self.value)?;
            } else {
                write!(f, "{}", self.value)?;
            }
            match self.allowed.has(self.value) {
                true if self.value.abs() > 1.0 => write!(f, ", which is infinite as a {}", self.scalar),
                true => write!(f, ", which is 0 as a {}", self.scalar),
                false => Ok(()),
            }
        })
    }
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.name, self.allowed, self.got())
    }
}

// Compares bits, so that a NaN equals itself and errors can be compared.
impl PartialEq for OutOfRange {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.value.to_bits(), self.scalar) == (other.name, other.value.to_bits(), other.scalar)
    }
}

impl Eq for OutOfRange {}

impl core::error::Error for OutOfRange {}

/// Checks all settings that `list` visits.
///
/// # Errors
/// The first setting whose value is not allowed.
#[cfg(feature = "compute")]
#[inline]
pub fn check<T: crate::Scalar>(list: impl FnOnce(&mut dyn FnMut(Setting))) -> Result<(), OutOfRange> {
    let mut first = Ok(());
    list(&mut |setting| {
        if first.is_ok() {
            first = setting.check::<T>();
        }
    });
    first
}

#[cfg(all(test, feature = "compute"))]
mod tests {
    use super::*;
    use std::string::ToString;

    const NAN: f64 = f64::NAN;
    const INFINITY: f64 = f64::INFINITY;

    #[test]
    fn bounds() {
        let all = [NAN, -INFINITY, -1.0, 0.0, 0.5, 1.0, 2.0, INFINITY];
        let has = |allowed: Allowed| all.map(|x| allowed.has(x));
        let [n, y] = [false, true];
        assert_eq!(has(Allowed::FINITE), [n, n, y, y, y, y, y, n]);
        assert_eq!(has(Allowed::NOT_NEGATIVE), [n, n, n, y, y, y, y, n]);
        assert_eq!(has(Allowed::NOT_POSITIVE), [n, n, y, y, n, n, n, n]);
        assert_eq!(has(Allowed::POSITIVE), [n, n, n, n, y, y, y, n]);
        assert_eq!(has(Allowed::PART), [n, n, n, y, y, y, n, n]);
        assert_eq!(has(Allowed::BELOW_ONE), [n, n, n, y, y, n, n, n]);
        assert_eq!(has(Allowed::SOME_PART), [n, n, n, n, y, y, n, n]);
        assert_eq!(has(Allowed::above(1.0)), [n, n, n, n, n, n, y, n]);
    }

    #[test]
    fn messages() {
        let said = |value, allowed| Setting::new("rate", value, allowed).check::<f32>().unwrap_err().to_string();
        assert_eq!(said(NAN, Allowed::FINITE), "rate: expected a finite number, got NaN");
        assert_eq!(said(-1.0, Allowed::NOT_NEGATIVE), "rate: expected a finite number of at least 0, got -1");
        assert_eq!(said(0.0, Allowed::POSITIVE), "rate: expected a finite number above 0, got 0");
        assert_eq!(said(1.0, Allowed::BELOW_ONE), "rate: expected a number from 0 to below 1, got 1");
        assert_eq!(said(2.5, Allowed::SOME_PART), "rate: expected a number from above 0 to 1, got 2.5");
        assert_eq!(said(1.0, Allowed::NOT_POSITIVE), "rate: expected a finite number of at most 0, got 1");
        let large = "rate: expected a finite number, got 1e39, which is infinite as a float32";
        assert_eq!(said(1e39, Allowed::FINITE), large);
        let small = "rate: expected a finite number above 0, got 1e-50, which is 0 as a float32";
        assert_eq!(said(1e-50, Allowed::POSITIVE), small);
    }

    #[test]
    fn the_scalar_of_the_model_decides() {
        assert!(Setting::new("rate", 1e39, Allowed::FINITE).check::<f64>().is_ok());
        assert!(Setting::new("rate", 1e-50, Allowed::POSITIVE).check::<f64>().is_ok());
        assert!(Setting::new("rate", 1e-50, Allowed::NOT_NEGATIVE).check::<f32>().is_ok());
        // Rounded to 1 as an f32, which is rounding only.
        assert!(Setting::new("beta", 1.0 - 1e-12, Allowed::BELOW_ONE).check::<f32>().is_ok());
    }

    #[test]
    fn the_first_is_reported() {
        let list = |visit: &mut dyn FnMut(Setting)| {
            visit(Setting::new("a", 1.0, Allowed::FINITE));
            visit(Setting::new("b", NAN, Allowed::FINITE));
            visit(Setting::new("c", NAN, Allowed::FINITE));
        };
        let error = check::<f64>(list).unwrap_err();
        assert_eq!((error.name, error), ("b", error));
    }
}
