//! [`Warning`]: a probable mistake that only a running program can find.

use core::fmt;
use std::io::{Write, stderr};

/// A warning about training data or losses: see [`lints`](crate::lints).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The name of the lint, as in `#[nn(allow(..))]`.
    pub lint: &'static str,
    /// The output, and its problem.
    pub message: String,
    /// The cure.
    pub help: &'static str,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Warning { lint, message, help } = self;
        write!(f, "{message}\n  = help: {help}\n  = help: `#[nn(allow({lint}))]` on the struct silences this")
    }
}

impl Warning {
    /// Prints the warning on the standard error. Unlike `eprintln!`, it ignores a closed pipe, which must not end a
    /// run.
    pub(crate) fn print(&self) {
        let mut out = stderr().lock();
        let _ = writeln!(out, "warning: {self}").and_then(|()| out.flush());
    }
}
