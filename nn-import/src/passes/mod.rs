//! Rewrites of a network, a file for each.

pub(crate) mod input_order;
