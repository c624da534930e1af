//! Graph to [`Program`]: every place, borrow, fused activation, mask and gradient is decided here.
//!
//! Rule: nothing is printed, and no token is seen. A graph that passed all checks goes in; the steps of a form come
//! out, as data.

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
