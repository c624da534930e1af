//! Tokens to a [`Graph`](crate::graph::Graph).
//!
//! Rule: only this folder reads tokens, and it knows no shape. Parsing never judges. After an error it does not report
//! the rest of the failed part.

pub(crate) mod attributes;
pub(crate) mod budget;
pub(crate) mod control;
pub(crate) mod depth;
#[cfg_attr(not(feature = "import"), path = "import/off.rs")]
pub(crate) mod import;
pub(crate) mod item;
pub(crate) mod library;
pub(crate) mod parameters;
pub(crate) mod parse;
pub(crate) mod path;
pub(crate) mod python;
pub(crate) mod resolve;
pub(crate) mod slips;
pub(crate) mod values;
