//! Graph to [`Program`]: every place, borrow, fused activation, mask and gradient is decided here. Nothing is printed.
//!
//! Goes in: a graph that passed all checks. Comes out: the steps of a form, as data. `expand` prints them.

mod gradients;
mod lower;
mod memory;
mod places;
mod program;
#[cfg(test)]
mod text;

pub(crate) use gradients::learning;
pub(crate) use lower::{by_rows, lower, tail};
pub(crate) use memory::{Arena, Resident, Stay};
pub(crate) use program::*;
