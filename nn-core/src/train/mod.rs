//! Training: losses, metrics, optimizers and schedules, one page each, and the order of a step.
//!
//! Rule: a page works on tensors and slices of weights, not on layers; `passes`, `tape` and `trainer` use the traits of
//! models.

pub mod adapt;
pub mod data;
pub mod losses;
pub mod metrics;
#[doc(hidden)]
pub mod mistaken;
mod named;
pub mod optimizers;
#[doc(hidden)]
pub mod passes;
pub mod schedules;
pub mod snapshot;
pub mod tape;
pub mod trainer;
