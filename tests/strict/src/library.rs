//! A library that has another one of its dependencies among its own names.

pub use nn as networks;

/// Names in a module.
pub mod inside {
    pub use nn::{self, prelude::*};
}
