//! The core of [`nn`](https://docs.rs/nn-model): shapes, layers, activations, losses, metrics, optimizers and kernels,
//! without `std` and without a heap.
//!
//! Use it through the facade crate `nn`, of the package `nn-model`. This crate knows layers; `nn-macros` knows graphs;
//! `nn` knows files and screens.
//!
//! # Features
//! - `compute`: everything that runs. Without it only the pure part is built: shapes, specifications and shape rules.
//!   That part has no dependencies; `nn-macros` calls it on the host.
//! - `alloc`: models and working memory on the heap.
//! - `std`: the platform's mathematics instead of the `libm` crate.
//! - `testing`: gradient checks for a layer's tests.
#![no_std]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod activations;
pub mod layers;
pub mod spec;
#[cfg(test)]
mod stages;
pub mod weights;

#[cfg(feature = "compute")]
pub mod kernels;
#[cfg(feature = "compute")]
pub mod layer;
#[cfg(feature = "compute")]
pub mod stream;
#[cfg(feature = "compute")]
pub mod tensor;
#[cfg(feature = "compute")]
pub mod train;

/// The memory of a prediction: the plan, and the places of tensors in it.
pub mod arena {
    pub use crate::spec::arena::*;
    #[cfg(feature = "compute")]
    pub use crate::tensor::arena::*;
}

#[doc(hidden)]
pub use spec::locals;
pub use spec::{budget, code, lints, settings, shape, summary, text};
pub use weights::{constraints, initializers, regularizers};

#[cfg(all(feature = "compute", any(test, feature = "testing")))]
pub use layer::testing;
#[cfg(feature = "compute")]
#[doc(hidden)]
pub use {layer::include, train::passes, weights::fold};
#[cfg(feature = "compute")]
pub use {
    layer::model,
    tensor::{scalar, storage},
    train::{adapt, data, losses, metrics, optimizers, schedules, snapshot, tape, trainer},
};

pub use code::Code;
pub use shape::{Shape, ShapeError};
pub use spec::half::{Bf16, F16, Half};

#[cfg(feature = "compute")]
pub use {
    layer::{Activates, Component, Ends, Layer, Memory, Mode, Packed, Pass, Train},
    scalar::Scalar,
    storage::{Buffer, Inline, Storage},
    tensor::{Element, Sample, Tensors},
    weights::{Part, Path, Variable, Weights},
};

#[cfg(all(feature = "compute", feature = "alloc"))]
pub use {
    storage::Heap,
    tensor::{IndexError, MultiHot},
};

/// The names that the [`weights!`] macro and expansions of `model!` use.
#[cfg(feature = "compute")]
#[doc(hidden)]
pub use nalgebra as __nalgebra;
