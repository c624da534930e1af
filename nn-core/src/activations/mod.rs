//! The activation functions, one page each: formula, value, derivative, tests.
//!
//! An activation that acts on each scalar implements [`Elementwise`]. An activation that reads all features of a
//! position (softmax) implements [`Activation`] itself. In a graph an activation is the layer [`Activate`]:
//! `activation = relu` in a layer's arguments and `Activation(relu)(x)` are the same node.
//!
//! # NaN and infinity
//! NaN stays NaN: with either sign, in every build, and if a layer computes the activation with its product. But as in
//! Keras, `hard_shrink`, `soft_shrink` and `threshold` treat NaN as a number that is not above their threshold. As in
//! Keras, some limits are NaN: `gelu`, `gelu_tanh`, `hard_silu`, `mish` and `silu` at -∞ (-∞ · 0), and `softsign` at
//! both ends (∞ / ∞).
//!
//! # Accuracy
//! The table bounds the errors of values and derivatives over all of `f32` and `f64`, in every build and on every
//! machine. Errors are multiples of ε, the distance from 1 to the next number (1.2e-7 and 2.2e-16), relative to the
//! result. For errors "of 1", a result below 1 counts as 1. The tests compare with 60 digits.
//!
//! | activation | value | derivative |
//! |---|---|---|
//! | `hard_shrink`, `hard_tanh`, `linear`, `relu`, `relu6`, `threshold` | 0 | 0 |
//! | `hard_sigmoid`, `hard_silu`, `leaky_relu`, `soft_shrink`, `sparse_plus`, `sparse_sigmoid` | 2 | 2 |
//! | `celu`, `elu`, `selu` | 6 | 4 of 1 (`selu`: 8) |
//! | `exponential` | 4 | 4 |
//! | `gelu` | 10 + x² | 10 + x² |
//! | `gelu_tanh` | 10 + \|1.6 x + 0.07 x³\| | the same |
//! | `log_sigmoid`, `softplus` | 5 | 5 |
//! | `mish` | 10 | 16 of 1 |
//! | `sigmoid` | 5 | 4 of 1 |
//! | `silu` | 6 | 8 |
//! | `softsign` | 2 | 4 |
//! | `squareplus` | 4 | 6 |
//! | `tanh` | 4 | 8 of 1 |
//! | `tanh_shrink` | 16 | 8 |
//! | `softmax`, `log_softmax` | 8 | |
//!
//! The derivatives of `gelu`, `gelu_tanh`, `hard_silu` and `silu` have zeros; there, their errors are relative to 0.1.
//! Results of `gelu`, `gelu_tanh`, `log_sigmoid`, `mish`, `sigmoid`, `silu` and `softplus` below the smallest normal
//! number may be 0. For `gelu` that limit is 16 times as large, and 256 times for its derivative.

use crate::spec::ValueSpec;

/// The list of activations: the only place besides its own page that a new activation changes.
macro_rules! activations {
    ($($module:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// The names of the pages, for editors.
        #[doc(hidden)]
        pub mod names {
            pub use super::{$($module),*};
        }

        /// The activations, as a graph names them.
        pub const ACTIVATIONS: &[ValueSpec] = &[$($module::SPEC),*];

        #[cfg(feature = "compute")]
        pub use self::{$($module::compute::*),*};
    };
}

activations! {
    celu,
    elu,
    exponential,
    gelu,
    gelu_tanh,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
}

#[cfg(feature = "compute")]
mod activate;
#[cfg(feature = "compute")]
mod fixed;
#[cfg(feature = "compute")]
pub use {
    activate::{Activate, Activation, Elementwise, Head},
    fixed::Fixed,
};

#[cfg(all(test, feature = "compute"))]
mod checks;
