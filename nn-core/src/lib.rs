//! The core of [`nn`](https://docs.rs/nn-model): shapes, layers, activations, losses, metrics, optimizers and kernels, without
//! `std` and without a heap.
//!
//! Use it through the facade crate `nn`, of the package `nn-model`. This crate knows layers; `nn-macros` knows graphs; `nn` knows files and screens.
//!
//! # Features
//! - `compute`: everything that runs. Without it only the pure part is built (shapes, specifications and shape rules),
//!   which has no dependencies: it is what `nn-macros` calls on the host.
//! - `alloc`: models and working memory on the heap.
//! - `std`: the platform's mathematics instead of the `libm` crate.
//! - `testing`: gradient checks for a layer's tests.
#![no_std]

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod activations;
pub mod arena;
pub mod budget;
pub mod code;
pub mod constraints;
mod half;
pub mod initializers;
pub mod layers;
pub mod lints;
#[doc(hidden)]
pub mod locals;
pub mod regularizers;
pub mod settings;
pub mod shape;
pub mod spec;
pub mod summary;
pub mod text;

#[cfg(feature = "compute")]
pub mod data;
#[cfg(feature = "compute")]
#[doc(hidden)]
pub mod fold;
#[cfg(feature = "compute")]
#[doc(hidden)]
pub mod include;
#[cfg(feature = "compute")]
pub mod kernels;
#[cfg(feature = "compute")]
pub mod layer;
#[cfg(feature = "compute")]
pub mod losses;
#[cfg(feature = "compute")]
pub mod metrics;
#[cfg(feature = "compute")]
pub mod model;
#[cfg(all(feature = "compute", feature = "alloc"))]
mod multi_hot;
#[cfg(feature = "compute")]
mod named;
#[cfg(feature = "compute")]
pub mod optimizers;
#[cfg(feature = "compute")]
mod packed;
#[cfg(feature = "compute")]
pub mod scalar;
#[cfg(feature = "compute")]
pub mod schedules;
#[cfg(feature = "compute")]
pub mod snapshot;
#[cfg(feature = "compute")]
pub mod storage;
#[cfg(feature = "compute")]
#[doc(hidden)]
pub mod tape;
#[cfg(feature = "compute")]
pub mod tensor;
#[cfg(all(feature = "compute", any(test, feature = "testing")))]
pub mod testing;
#[cfg(feature = "compute")]
pub mod trainer;
#[cfg(feature = "compute")]
pub mod weights;

pub use code::Code;
pub use half::{Bf16, F16, Half};
pub use shape::{Shape, ShapeError};

#[cfg(feature = "compute")]
pub use {
    layer::{Activates, Component, Layer, Memory, Mode, Pass},
    packed::Packed,
    scalar::Scalar,
    storage::{Buffer, Inline, Storage},
    tensor::{Element, Sample, Tensors},
    weights::{Part, Path, Variable, Weights},
};

#[cfg(all(feature = "compute", feature = "alloc"))]
pub use {
    multi_hot::{IndexError, MultiHot},
    storage::Heap,
};

/// What the [`weights!`] macro and expansions of `model!` name.
#[cfg(feature = "compute")]
#[doc(hidden)]
pub use nalgebra as __nalgebra;
