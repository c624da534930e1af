//! A library that re-exports another one of its dependencies.

pub use nn as networks;

/// Names in a module.
pub mod inside {
    pub use nn::{self, prelude::*};
}
