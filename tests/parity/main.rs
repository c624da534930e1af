//! Parity with Keras: what Keras 3 computes on its TensorFlow backend, computed here from the same numbers.
//!
//! The expected numbers are committed in `tests/fixtures`, with the script that made them.
//!
//! # Tolerances
//! A number above 1 may differ by `tolerance` times itself, one below 1 by `tolerance`; where a whole array is below 1,
//! by `tolerance` times its largest number. Rounding errors come from sums of numbers of that size, so an entry that
//! happens to be nearly zero is not held to a finer standard.

#![allow(missing_docs)]

mod activations;
mod close;
mod fixture;
#[macro_use]
mod layers;
mod edges;
#[macro_use]
mod graphs;
mod convolution;
mod sequences;
mod training;
mod two_by_two;

/// In `f64`. The two libraries use the same formulas and differ in the order of their sums and in the last bits of
/// `exp` and its relatives: by less than 4e-15 on x86-64, so there is room for other mathematics libraries. A few
/// constants are rounded to `f32` inside TensorFlow; `tests/fixtures/README.md` lists them, and where a test meets one
/// it says so.
const F64: f64 = 1e-13;
/// In `f64`, for losses and weights after ten steps of training.
const TRAINED: f64 = 1e-12;
/// In `f32`, also for the losses and weights after nine steps of training. The expected numbers of most files are those
/// of `f64`, so this is the whole rounding error, not only the difference of two orders: less than 8e-7 on x86-64.
const F32: f64 = 3e-6;
