//! Passes over a [`Graph`](crate::graph::Graph), whoever made it.
//!
//! Rule: a file is one `fn(&mut Graph, &mut Diagnostics)`, and none reads a token. `PASSES` in lib.rs is their order.

pub(crate) mod check;
pub(crate) mod fold;
pub(crate) mod infer;
pub(crate) mod lint;
pub(crate) mod names;
