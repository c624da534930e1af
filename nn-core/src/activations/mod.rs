//! The activation functions, one page each: formula, value, derivative, tests.
//!
//! An activation that acts on each scalar implements [`Elementwise`]; one that looks at all features of a position
//! (softmax) implements [`Activation`] itself. In a graph an activation is the layer [`Activate`]: `activation = relu`
//! in a layer's arguments and `Activation(relu)(x)` are the same node.
//!
//! # NaN and infinity
//! NaN stays NaN: with either sign, in every build, and where a layer computes the activation with its product. As in Keras,
//! `hard_shrink`, `soft_shrink` and `threshold` take it for a number that is not above their threshold. At -∞, `gelu`, `gelu_tanh`,
//! `hard_silu`, `mish` and `silu` are -∞ · 0, and `softsign` is ∞ / ∞ at both ends: NaN, as in Keras.
//!
//! # Accuracy
//! The errors of values and derivatives are at most these, over all of `f32` and `f64`, in every build and on every machine. They are
//! multiples of ε, the distance from 1 to the next number (1.2e-7 and 2.2e-16), and relative to the result, but for those with
//! "of 1": these are relative to 1 where the result is less. The tests compare with 60 digits.
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
//! The derivatives of `gelu`, `gelu_tanh`, `hard_silu` and `silu` are 0 somewhere; there, their errors are relative to 0.1. Results of
//! `gelu`, `gelu_tanh`, `log_sigmoid`, `mish`, `sigmoid`, `silu` and `softplus` that are less than the smallest normal number (16
//! times that for `gelu`, and 256 times for its derivative) may be 0.

use crate::spec::ValueSpec;

/// The list of activations: the only place besides its own page that a new one touches.
macro_rules! activations {
    ($($module:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// The pages alone, for editors.
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
pub use activate::{Activate, Activation, Elementwise, Head};

#[cfg(all(test, feature = "compute"))]
mod checks;
