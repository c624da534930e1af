//! Training: losses, metrics, optimizers and schedules, a page for each, and the order of a step.
//!
//! Rule: a page names tensors and slices of weights, and no layer; `tape` and `trainer` name the traits of models.

pub mod data;
pub mod losses;
pub mod metrics;
mod named;
pub mod optimizers;
pub mod schedules;
pub mod snapshot;
#[doc(hidden)]
pub mod tape;
pub mod trainer;
