//! Training and evaluation. Rule: `step` has the order of a training step, and `session` that of a run.

pub(crate) mod adapt;
mod averages;
pub mod callbacks;
#[cfg(feature = "files")]
mod checkpoint;
pub(crate) mod compile;
mod evaluate;
pub(crate) mod fit;
pub(crate) mod keras;
mod labels;
mod learner;
mod on_batch;
mod own;
mod random;
pub(crate) mod samples;
mod session;
mod source;
mod step;
mod tables;
mod totals;
mod trainable;
pub(crate) mod validation;
mod warnings;
pub(crate) mod weights;
