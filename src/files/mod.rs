//! Files of weights. Rule: only this folder replaces a user's file, and it knows nothing of training.

pub(crate) mod file;
#[cfg(feature = "files")]
mod graph;
#[cfg(feature = "files")]
pub(crate) mod matching;
#[cfg(feature = "files")]
pub(crate) mod tensors;
#[cfg(feature = "files")]
pub(crate) mod weights;
