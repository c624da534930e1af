//! The activation functions, one page each: formula, value, derivative, tests.
//!
//! An activation that acts on each scalar implements [`Elementwise`]; one that looks at all features of a position
//! (softmax) implements [`Activation`] itself. In a graph an activation is the layer [`Activate`]: `activation = relu`
//! in a layer's arguments and `Activation(relu)(x)` are the same node.

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
mod fixed;
#[cfg(feature = "compute")]
pub use {
    activate::{Activate, Activation, Elementwise, Head},
    fixed::Fixed,
};

#[cfg(all(test, feature = "compute"))]
mod checks;
