#![doc = include_str!("crate.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
// Some helpers serve only one feature. With all features on, nothing is unused.
#![cfg_attr(not(all(feature = "train", feature = "files", feature = "plot")), allow(dead_code))]
// Examples of the documentation must not trigger a lint of the library.
#![doc(test(attr(deny(deprecated))))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[allow(unused_extern_crates)] // Expansions of `model!` in this crate's own tests and documentation name `::nn`.
extern crate self as nn;

#[cfg(feature = "std")]
mod check;
#[cfg(feature = "std")]
mod error;
#[cfg(feature = "std")]
pub mod errors;
#[cfg(any(feature = "files", feature = "plot"))]
mod files;
#[cfg(not(all(feature = "train", feature = "files", feature = "plot")))]
#[doc(hidden)]
pub mod missing;
#[cfg(feature = "std")]
mod predict;
#[cfg(feature = "train")]
mod report;
#[cfg(test)]
mod stages;
#[cfg(feature = "std")]
mod threads;
#[cfg(feature = "train")]
mod train;
#[cfg(feature = "std")]
mod warning;

// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

pub use model::{Arena, Graph, Model};
pub use nn_core::adapt::{Adapted, Adapting};
pub use nn_core::settings::{Allowed, OutOfRange, Setting};
pub use nn_core::stream::{Stream, StreamError, StreamState, Streams};
pub use nn_core::tape::{Gradient, GradientOf, Tape};
/// Gradient checks for tests of a layer: compares gradients with central differences. Needs the feature `testing`.
///
/// ```
/// use nn::{SMatrix, layers::Dense, testing::check_layer};
///
/// // Distinct primes, so that a transpose cannot hide.
/// check_layer::<SMatrix<f64, 5, 3>, _>(&Dense::<5, 7, 1>::DEFAULT);
/// ```
///
/// Turn the feature on in the development dependencies: `nn-model = { version = "..", features = ["testing"] }`. In a
/// clone of the repository, run `cargo test --features testing`.
#[cfg(feature = "testing")]
pub use nn_core::testing;
pub use nn_core::trainer::{StepError, Trainer};
pub use nn_core::{
    Activates, Bf16, Buffer, Code, Component, Element, Ends, F16, Half, Inline, Layer, Memory, Mode, Packed, Part,
    Pass, Path, Sample, Scalar, Shape, ShapeError, Storage, Tensors, Train, Variable, Weights, activations, arena,
    budget, constraints, data, initializers, kernels, layer, layers, lints, losses, metrics, model, optimizers,
    regularizers, schedules, settings, shape, snapshot, spec, storage, stream, summary, tensor, text, weights,
};
#[cfg(feature = "alloc")]
pub use nn_core::{Heap, IndexError, MultiHot, tape::HeapTape};
#[doc = include_str!("model.md")]
pub use nn_macros::model;
pub use nn_macros::{include_weights, model_rejects};

#[cfg(feature = "files")]
pub use files::{
    matching::{Differing, Matched},
    weights::WeightFiles,
};
#[cfg(feature = "std")]
pub use {
    error::{Error, Result},
    predict::Predict,
    warning::Warning,
};
#[cfg(feature = "train")]
pub use {
    report::history::{History, Params},
    report::progress::Verbose,
    report::values::{Logs, Report},
    train::adapt::Adapt,
    train::callbacks,
    train::compile::{Compile, CompileValue, Compiled},
    train::fit::Fit,
    train::samples::{Batch, TrainingBatch},
    train::validation::{Beside, Streamed, Validation},
};

#[doc = include_str!("board.md")]
pub mod board {}

#[cfg(not(feature = "train"))]
#[doc(hidden)]
pub use missing::callbacks;

#[cfg(all(feature = "train", feature = "files"))]
#[doc = include_str!("cookbook.md")]
pub mod cookbook {}

#[cfg(feature = "train")]
#[doc = include_str!("determinism.md")]
pub mod determinism {}

#[cfg(feature = "train")]
#[doc = include_str!("from_keras.md")]
pub mod from_keras {}

#[doc = include_str!("invalid_graphs.md")]
pub mod invalid_graphs {}

#[cfg(feature = "train")]
#[doc = include_str!("keras_table.md")]
pub mod keras_table {}

#[cfg(all(feature = "train", feature = "files"))]
#[doc = include_str!("serving.md")]
pub mod serving {}

#[cfg(feature = "train")]
#[doc = include_str!("sizes.md")]
pub mod sizes {}

#[doc = include_str!("streams.md")]
pub mod streams {}

#[doc = include_str!("models_from_files.md")]
pub mod models_from_files {}

#[cfg(feature = "train")]
#[doc = include_str!("training_loops.md")]
pub mod training_loops {}

#[cfg(all(feature = "train", feature = "files"))]
#[doc = include_str!("weights_from_python.md")]
pub mod weights_from_python {}

pub mod prelude;

pub use nalgebra::{self, SMatrix, SVector};
pub use rand;

#[doc(hidden)]
pub mod words;

/// Items that only expansions of `model!` name.
#[doc(hidden)]
pub mod __private {
    pub use crate::__inherent as inherent;
    #[cfg(feature = "train")]
    pub use crate::train::keras::BeforeCompile;
    #[cfg(feature = "alloc")]
    pub use alloc::{boxed::Box, vec::Vec};
    pub use nn_core::layer::states;
    pub use nn_core::storage::buffers;
    pub use nn_core::{fold, include, locals, named};
    pub use rand::Rng;

    /// The component `C` after its calls were checked. If a call is wrong, rustc cannot evaluate `OK`, and reports only
    /// that. In a folded model, `FOLDED` is `C::FOLDS`.
    pub struct Called<C, const OK: bool, const FOLDED: bool = false>(core::marker::PhantomData<C>);

    /// Stands for a value of any type in code that only editors read.
    ///
    /// # Panics
    /// Always.
    pub fn any<T>() -> T {
        unreachable!("an editor reads this, and nothing calls it")
    }

    impl<C: crate::Component> crate::Component for Called<C, true> {
        type Layer<
            const A: usize,
            const B: usize,
            const D: usize,
            const E: usize,
            const F: usize,
            const G: usize,
            const H: usize,
            const I: usize,
        > = C::Layer<A, B, D, E, F, G, H, I>;
    }

    impl<C: crate::layer::Folds> crate::Component for Called<C, true, true> {
        type Layer<
            const A: usize,
            const B: usize,
            const D: usize,
            const E: usize,
            const F: usize,
            const G: usize,
            const H: usize,
            const I: usize,
        > = <C::Folded as crate::Component>::Layer<A, B, D, E, F, G, H, I>;
    }

    impl<C> Called<C, true, false> {
        /// Copies the weights of a user's layer that a folded model keeps.
        pub fn fold<T: crate::Scalar, W: crate::Weights<T>>(from: &W, to: &mut W) {
            fold::copy(from, to);
        }
    }

    impl<C> Called<C, true, true> {
        /// Makes the weights of the folded form.
        pub fn fold<T: crate::Scalar, W: crate::Weights<T>>(from: &impl crate::layer::FoldInto<W>, to: &mut W) {
            from.fold_into(to);
        }
    }
}

/// Passes on what an expansion writes for editors: to rust-analyzer, and never to the compiler.
#[cfg(rust_analyzer)]
#[doc(hidden)]
#[macro_export]
macro_rules! __editor {
    ($($item:tt)*) => { $($item)* };
}

/// Passes on what an expansion writes for editors: to rust-analyzer, and never to the compiler.
#[cfg(not(rust_analyzer))]
#[doc(hidden)]
#[macro_export]
macro_rules! __editor {
    ($($item:tt)*) => {};
}

/// Passes on what an expansion writes for models on the heap, or nothing without a heap.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_heap {
    ($($item:tt)*) => { $($item)* };
}

/// Passes on what an expansion writes for models on the heap, or nothing without a heap.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_heap {
    ($($item:tt)*) => {};
}

/// Gives the items of [`Model`] to the `f32` form of a model, so that `Digits::boxed` needs no annotation.
///
/// A library is compiled with all its functions that are not generic, except for those with `#[inline]`. Without it, a
/// library with a model that is too large for `new` would not compile.
#[doc(hidden)]
#[macro_export]
macro_rules! __inherent {
    ($name:ident) => {
        #[allow(dead_code)]
        impl $name<::core::primitive::f32> {
            /// The table of layers, as Keras prints it.
            pub const SUMMARY: &'static ::core::primitive::str = <Self as $crate::Model>::SUMMARY;
            /// The number of weights.
            pub const PARAMETERS: ::core::primitive::usize = <Self as $crate::Model>::PARAMETERS;
            /// The bytes of the weights.
            pub const PARAMETER_BYTES: ::core::primitive::usize = <Self as $crate::Model>::PARAMETER_BYTES;
            /// The bytes of activations in one prediction, without inputs and outputs.
            pub const ARENA_BYTES: ::core::primitive::usize = <Self as $crate::Model>::ARENA_BYTES;
            /// The bytes that a training step needs for each sample, without weights, inputs and outputs.
            pub const TRAIN_BYTES: ::core::primitive::usize = <Self as $crate::Model>::TRAIN_BYTES;
            /// The multiply-accumulates of one prediction.
            pub const MACS: ::core::primitive::usize = <Self as $crate::Model>::MACS;
            /// The hash of the graph, which weight files hold: see [`Model::FINGERPRINT`]($crate::Model::FINGERPRINT).
            pub const FINGERPRINT: ::core::primitive::u64 = <Self as $crate::Model>::FINGERPRINT;
            /// The cost of each layer in a prediction: a table of flash, RAM and multiply-accumulates.
            pub const COSTS: $crate::summary::Costs = <Self as $crate::Model>::COSTS;

            /// Returns the graph in Graphviz's language.
            #[inline]
            pub const fn dot() -> &'static ::core::primitive::str {
                <Self as $crate::Model>::DOT
            }

            $crate::__with_heap! {
                /// Makes a model with fresh weights on the heap, in place.
                #[inline]
                pub fn boxed(rng: &mut dyn $crate::__private::Rng) -> $crate::__private::Box<Self> {
                    <Self as $crate::Model>::boxed(rng)
                }
            }

            /// Makes a model with fresh weights by value. A model that is too large for a stack is a compile error.
            #[inline]
            pub fn new(rng: &mut dyn $crate::__private::Rng) -> Self {
                <Self as $crate::Model>::new(rng)
            }
        }

        $crate::__with_heap! {
            #[allow(dead_code)]
            impl<__T: $crate::Scalar> $name<__T> {
                /// Returns a tape for batches of up to `capacity` samples: it remembers a forward pass, and gives its
                /// gradients.
                #[inline]
                pub fn tape(&self, capacity: ::core::primitive::usize) -> $crate::HeapTape<Self> {
                    $crate::HeapTape::new(capacity)
                }
            }
        }

        $crate::__before_compile! { $name }
    };
}

/// Without training, a model has no methods of `compile`.
#[cfg(not(feature = "train"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __before_compile {
    ($name:ident) => {};
}
