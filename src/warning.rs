//! [`Warning`]: what is probably not meant, and found at run time.

use core::fmt;
use std::io::{Write, stderr};

/// A lint of training: see [`lints`](crate::lints).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The name of the lint, as in `#[nn(allow(..))]`.
    pub lint: &'static str,
    /// What is wrong with which output.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Warning { lint, message, help } = self;
        write!(f, "{message}\n  = help: {help}\n  = help: `#[nn(allow({lint}))]` on the struct silences this")
    }
}

impl Warning {
    /// Prints it on the standard error. A closed pipe must not end a training run, as `eprintln!` would.
    pub(crate) fn print(&self) {
        let mut out = stderr().lock();
        let _ = writeln!(out, "warning: {self}").and_then(|()| out.flush());
    }
}
