//! Weights: their flat view, their first values, penalties and bounds, and how two layers fold into one.
//!
//! Rule: nothing here knows a layer. Initializers, regularizers and constraints work on slices; the rest works on a
//! struct of scalars.

pub mod constraints;
pub mod initializers;
pub mod regularizers;

#[cfg(feature = "compute")]
mod flat;
#[cfg(feature = "compute")]
#[doc(hidden)]
pub mod fold;

#[cfg(feature = "compute")]
mod path;
#[cfg(feature = "compute")]
mod values;

#[cfg(feature = "compute")]
pub use {
    flat::*,
    path::{Path, Variable},
    values::SetError,
};
