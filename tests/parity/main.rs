//! Parity with Keras: the results of Keras 3 on its TensorFlow backend, computed here from the same numbers.
//!
//! The expected numbers are committed in `tests/fixtures`, with the script that made them.
//!
//! # Tolerances
//! A number above 1 may differ by `tolerance` times itself, and one below 1 by `tolerance`. If a whole array is below
//! 1, its numbers may differ by `tolerance` times the largest of them. Rounding errors come from sums of numbers of
//! that size, so an entry near zero has no finer standard.

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
mod normalization;
mod pooling;
mod sequences;
mod shapes;
mod training;
mod two_by_two;

/// For `f64`. The libraries use the same formulas, but another order of sums and other last bits of `exp` and similar
/// functions. They differ by less than 4e-15 on x86-64, so there is room for other mathematics libraries. TensorFlow
/// rounds a few constants to `f32`. `tests/fixtures/README.md` lists them, and each affected test says so.
const F64: f64 = 1e-13;
/// For `f64`, for losses and weights after ten steps of training.
const TRAINED: f64 = 1e-12;
/// For `f32`, also for the losses and weights after nine steps of training. The expected numbers of most files are
/// `f64`, so this covers the whole rounding error, not only the difference of two orders: less than 8e-7 on x86-64.
const F32: f64 = 3e-6;
