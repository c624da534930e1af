//! Graph to [`Program`]: decides every place, borrow, fused activation, mask and gradient.
//!
//! Rule: nothing is printed, and no token is seen. The input is a graph that passed all checks. The output is the steps
//! of a form, as data.

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
