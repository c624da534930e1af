//! [`Mistaken`]: optimizers, losses and metrics that the bounds of `compile` and `metrics` refuse.

use super::losses::Loss;
use super::optimizers::Optimizer;

/// An optimizer, losses and metrics of which one is a name in quotes, or a list.
pub trait Mistaken {}

impl<L, K> Mistaken for (&str, L, K) {}

impl<O: Optimizer, K> Mistaken for (O, &str, K) {}

impl<O: Optimizer, K, T, const N: usize> Mistaken for (O, [T; N], K) {}

impl<O: Optimizer, L: Loss> Mistaken for (O, L, &str) {}

impl<O: Optimizer, L: Loss, T, const N: usize> Mistaken for (O, L, [T; N]) {}

#[cfg(feature = "alloc")]
impl<O: Optimizer, L: Loss, T> Mistaken for (O, L, alloc::vec::Vec<T>) {}
