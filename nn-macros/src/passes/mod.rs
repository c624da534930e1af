//! Passes over a [`Graph`](crate::graph::Graph), from tokens or made by hand.
//!
//! Rule: a file is one `fn(&mut Graph, &mut Diagnostics)` and reads no token. `PASSES` in lib.rs gives their order.

pub(crate) mod check;
pub(crate) mod fold;
pub(crate) mod infer;
pub(crate) mod lint;
pub(crate) mod names;
pub(crate) mod stream;
