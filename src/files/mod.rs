//! Files of weights. Rule: nothing else replaces a file of the user, and nothing here knows of training.

pub(crate) mod file;
#[cfg(feature = "files")]
pub(crate) mod tensors;
#[cfg(feature = "files")]
pub(crate) mod weights;
