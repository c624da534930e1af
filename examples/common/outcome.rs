//! The seed of an example, and its check of the claims in its documentation.

#![allow(dead_code)] // Each example needs some of it.

use std::process::ExitCode;

/// The first argument, a whole number. Another seed draws other data and other weights.
pub(crate) fn seed() -> u64 {
    std::env::args().nth(1).map_or(42, |seed| seed.parse().expect("the seed is a whole number"))
}

/// The claims of an example. `.ci/run examples` runs it with five seeds at every level of instructions, and fails if a
/// claim does not hold.
#[derive(Default)]
pub(crate) struct Claims {
    missed: bool,
}

impl Claims {
    /// Claims a result of at least this.
    pub(crate) fn at_least(&mut self, what: &str, result: f64, least: f64) {
        println!("claim: {what} {result:.4}, at least {least}");
        // NaN is a miss too.
        self.missed |= !matches!(result.partial_cmp(&least), Some(order) if order.is_ge());
    }

    /// Claims a result of at most this.
    pub(crate) fn at_most(&mut self, what: &str, result: f64, most: f64) {
        println!("claim: {what} {result:.4}, at most {most}");
        self.missed |= !matches!(result.partial_cmp(&most), Some(order) if order.is_le());
    }

    /// Success if all claims hold.
    pub(crate) fn code(self) -> ExitCode {
        if self.missed {
            eprintln!("error: this example did not reach what it claims");
            return ExitCode::FAILURE;
        }
        ExitCode::SUCCESS
    }
}
