//! Neural networks that the compiler checks.
//!
//! [`model!`] reads a Keras-like graph and writes a statically shaped struct with straight-line, hand-derived forward
//! and backward code over nalgebra matrices. A shape error, a missing connection or a misspelt layer is a compile error
//! on the exact token.
//!
//! ```
//! use nn::prelude::*;
//!
//! model! {
//!     /// Exclusive or.
//!     pub struct Xor;
//!
//!     let bits = Input(shape = [2]);
//!     let x = Dense(8, activation = tanh)(bits);
//!     let odd = Dense(1, activation = sigmoid)(x);
//!
//!     Model(inputs = bits, outputs = odd)
//! }
//!
//! # fn main() -> nn::Result<()> {
//! let x = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]].map(SVector::<f32, 2>::from);
//! let y = [0.0f32, 1.0, 1.0, 0.0];
//! let mut xor = Xor::boxed(&mut StdRng::seed_from_u64(1))
//!     .compile(Adam { learning_rate: 0.05, ..Adam::default() }, BinaryCrossentropy::default());
//! xor.fit(&x, &y, Fit::new().epochs(200).verbose(0))?;
//! assert!(xor.model().call(&x[1])[0] > 0.9 && xor.model().call(&x[3])[0] < 0.1);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to find what
//!
//! - [`budget`]: what a model may cost, checked when it compiles; [`arena`]: the memory of a prediction.
//! - [`lints`]: the warnings, and how they are silenced; [`invalid_graphs`]: tests that invalid graphs do not compile.
//! - [`from_keras`]: a tutorial for those who know Keras; [`keras_table`]: Keras's calls beside ours.
//! - [`layers`], [`activations`], [`losses`], [`metrics`], [`optimizers`], [`schedules`], [`initializers`],
//!   [`regularizers`]: a page each.
//! - [`Compile`], [`Compiled`], [`Fit`], [`History`], [`callbacks`]: training. [`WeightFiles`]: files.
//! - [`layer!`], [`Layer`], [`activations::Elementwise`], [`losses::LossOn`], [`metrics::MetricOn`],
//!   [`optimizers::Optimizer`], [`callbacks::Callback`]: what to implement for one of your own.
//! - [`errors`]: the errors of the compiler, a page each.
//! - [`Model::fold`]: a form for predictions only, with layers folded into each other.
//! - [`board`]: first steps on a microcontroller. [`Trainer`], [`Arena`], [`include_weights!`]: training and
//!   predictions without a heap, and weights in flash; [`Packed`]: in half of it; [`snapshot`]: weights that a board
//!   has learnt.
//! - [`Model`], [`Graph`], [`Storage`]: what a model is without `std`.
//!
//! # Threads
//!
//! With the feature `rayon`, a training step sees a large batch in up to eight parts, which the threads of rayon
//! compute: as many as `RAYON_NUM_THREADS` says or the machine has, or those of the pool whose `install` is around the
//! call of [`fit`](Compiled::fit). Predictions and evaluations are divided over as many; `call`, for one sample, never
//! is.
//!
//! - **The result does not depend on the number of threads**, bit for bit. Whether and how a batch is divided follows
//!   from the number of its samples, the work of a sample ([`Model::WORK`], about its `MACS`) and the number of
//!   weights, and gradients of parts are added in one order. Without the feature no batch is divided; sums then differ
//!   in their last bits, and layers that draw random numbers draw others.
//! - **Small work stays on the thread that asks for it**: what takes less than about a tenth of a millisecond, and
//!   steps of models with many weights for few multiply-accumulates, where adding the gradients would take longer than
//!   it saves.
//! - **Layers that look at a batch as a whole** keep their models in one part when they train: BatchNormalization,
//!   penalties on activations, the layers of a sparse input, and layers of one's own, unless they say that they [work
//!   by sample](layer::Work::BySample).
//! - **Memory**: every part after the first has a gradient of its own, as large as the weights. Of the gradient of a
//!   table (`Embedding`) only the rows take memory that batches have named.
//! - Layers and losses are called on threads of the pool, whose stacks have 2 MiB unless the pool was made with others.
//!
//! ## Locks
//!
//! **Predictions and evaluations need no lock.** They take `&self`, on the model and on [`Compiled`]: share a
//! reference, or an `Arc`, with as many threads as you like. The threads that help with a large batch live for that
//! call alone, as many as rayon has. They do nothing else, so a lock that is held around a prediction is safe in
//! `par_iter`, too.
//!
//! ```
//! # use nn::prelude::*;
//! # model! { pub struct Line; let x = Input(shape = [1]); let y = Dense(1)(x); Model(inputs = x, outputs = y) }
//! let line = Line::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
//! std::thread::scope(|scope| {
//!     for x in [1.0_f32, 2.0] {
//!         let line = &line;
//!         scope.spawn(move || line.predict([x]));
//!     }
//! });
//! ```
//!
//! **Training takes `&mut self`.** If a `Mutex` guards a model, do not train it while threads of rayon wait for that
//! lock, as in `par_iter`: a thread of rayon that waits for a part of a batch takes on other work of its pool, which
//! then waits for the lock that the same thread holds. Let one thread that is not rayon's own the model and train it,
//! and send it the data through a channel.
//!
//! # Instructions
//!
//! On x86-64, an optimised build finds out at run time which vectors the processor has, and computes with the widest.
//! Results of different levels differ in their last bits. The environment variable `NN_LEVEL` sets the highest level
//! that may be used, `sse2`, `avx2` or `avx512`, so that one machine can show what another one computes. It is read
//! once, with the first product; it never raises the level.
//!
//! # Features
//!
//! All but `testing` are on by default. A program that needs less turns them off with `default-features = false` and
//! names its own. The use of what is off is a compile error that names the feature.
//!
//! | feature | brings | includes |
//! |---|---|---|
//! | | `model!`, `call`, [`Trainer`], [`include_weights!`], [`snapshot`]: `no_std` and without a heap | |
//! | `alloc` | models on the heap (`boxed`), [`MultiHot`] | |
//! | `std` | [`Predict`], [`Error`], fast kernels for the processor at hand | `alloc` |
//! | `rayon` | large batches are divided over threads | `std` |
//! | `files` | [`WeightFiles`]; with `train` checkpoints and [`CsvLogger`](callbacks::CsvLogger) | `std` |
//! | `train` | [`Compile`], [`Fit`], evaluations, [`callbacks`] | `std` |
//! | `progress` | a progress bar on terminals; without it, `fit` prints a line for each epoch | `train` |
//! | `plot` | [`History::plot`] | `train` |
//! | `testing` (off) | `nn::testing`: gradient checks for a layer of your own | `alloc` |
//!
//! What they cost (`benches/features.sh`, of version 0.1, on two cores of an AMD EPYC that were busy with other work):
//! crates with `nn-model` and those that only the macro needs; CPU seconds of a cold release build, which is about
//! twice the time on two idle cores; kilobytes of two programs without symbols, one that predicts with the digits
//! 64-64-64-10 and one that trains it.
//!
//! | features | crates | CPU s | predicts, KB | trains, KB |
//! |---|--:|--:|--:|--:|
//! | none | 22 | 34 | 368 | |
//! | `std` | 29 | 136 | 458 | |
//! | `train` | 29 | 132 | 458 | 875 |
//! | `files` | 41 | 143 | 458 | |
//! | all (default) | 55 | 173 | 458 | 1253 |
//!
//! Most of the time with `std` is that of `nn-core`, whose kernels are compiled for several instruction sets. A program
//! holds what it calls, whatever is on.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
// Modules hold what serves a feature beside what is always there. All features together leave nothing unused.
#![cfg_attr(not(all(feature = "train", feature = "files", feature = "plot")), allow(dead_code))]
// What the documentation shows is what one would write: no lint has anything to say about it.
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

pub use model::{Arena, Graph, Model};
pub use nn_core::settings::{Allowed, OutOfRange, Setting};
/// Checks for the tests of a layer: gradients against central differences, with the feature `testing`.
///
/// ```
/// use nn::{SMatrix, layers::Dense, testing::check_layer};
///
/// // Distinct primes, so that a transpose cannot hide.
/// check_layer::<SMatrix<f64, 5, 3>, _>(&Dense::<5, 7, 1>::DEFAULT);
/// ```
///
/// It goes into the development dependencies: `nn-model = { version = "..", features = ["testing"] }`. In a clone of
/// the repository it is `cargo test --features testing`.
#[cfg(feature = "testing")]
pub use nn_core::testing;
pub use nn_core::trainer::{StepError, Trainer};
pub use nn_core::{
    Activates, Bf16, Buffer, Code, Component, Element, Ends, F16, Half, Inline, Layer, Memory, Mode, Packed, Part,
    Pass, Path, Sample, Scalar, Shape, ShapeError, Storage, Tensors, Train, Variable, Weights, activations, arena,
    budget, constraints, data, initializers, kernels, layer, layers, lints, losses, metrics, model, optimizers,
    regularizers, schedules, settings, shape, snapshot, spec, storage, summary, tensor, text, weights,
};
#[cfg(feature = "alloc")]
pub use nn_core::{Heap, IndexError, MultiHot};
pub use nn_macros::{include_weights, model, model_rejects};

#[cfg(feature = "files")]
pub use files::weights::WeightFiles;
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
    train::callbacks,
    train::compile::{Compile, CompileValue, Compiled},
    train::fit::Fit,
    train::samples::{Samples, TrainingBatch},
    train::validation::{Streamed, Validation},
};

#[cfg(feature = "train")]
#[doc = include_str!("from_keras.md")]
pub mod from_keras {}

#[doc = include_str!("board.md")]
pub mod board {}

#[doc = include_str!("invalid_graphs.md")]
pub mod invalid_graphs {}

#[cfg(feature = "train")]
#[doc = include_str!("keras_table.md")]
pub mod keras_table {}

/// Everything that a program with a model usually names.
pub mod prelude {
    #[cfg(feature = "alloc")]
    pub use crate::MultiHot;
    #[cfg(feature = "std")]
    pub use crate::Predict;
    #[cfg(feature = "files")]
    pub use crate::WeightFiles;
    #[cfg(feature = "train")]
    pub use crate::callbacks::*;
    pub use crate::layers::{GruState, LstmState, SimpleRnnState};
    pub use crate::losses::*;
    pub use crate::metrics::*;
    #[cfg(not(all(feature = "train", feature = "files", feature = "plot")))]
    #[doc(hidden)]
    pub use crate::missing::*;
    pub use crate::optimizers::*;
    pub use crate::schedules::*;
    #[cfg(feature = "train")]
    #[doc(hidden)]
    pub use crate::train::keras::{BeforeCompile as _, KerasNames as _};
    pub use crate::{
        Bf16, Component, F16, Layer, Memory, Model, Packed, Pass, Scalar, Shape, ShapeError, Storage, Tensors, Weights,
    };
    #[cfg(feature = "train")]
    pub use crate::{Compile, CompileValue, Fit, Verbose};
    pub use crate::{include_weights, model, model_rejects};
    pub use nalgebra::{SMatrix, SVector};
    #[cfg(feature = "std")]
    pub use rand::rngs::StdRng;
    /// Small generators that need no `std`: the first is for machines of 32 bits. Both give the same numbers
    /// everywhere.
    pub use rand::rngs::{Xoshiro128PlusPlus, Xoshiro256PlusPlus};
    pub use rand::{Rng, SeedableRng};
}

pub use nalgebra::{self, SMatrix, SVector};
pub use rand;

#[doc(hidden)]
pub mod words;

/// What expansions of `model!` name beside the public paths.
#[doc(hidden)]
pub mod __private {
    pub use crate::__inherent as inherent;
    #[cfg(feature = "alloc")]
    pub use alloc::{boxed::Box, vec::Vec};
    pub use nn_core::storage::buffers;
    pub use nn_core::{fold, include, locals, named};
    pub use rand::Rng;

    /// The component `C` if its calls were found to be right. `OK` is a constant that rustc fails to evaluate if not;
    /// it reports that, and nothing that would follow from it. In a folded model, `FOLDED` is `C::FOLDS`.
    pub struct Called<C, const OK: bool, const FOLDED: bool = false>(core::marker::PhantomData<C>);

    /// A value of any type, for code that is only read.
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
        /// The weights of a layer of a user's own, which is the same in a folded model.
        pub fn fold<T: crate::Scalar, W: crate::Weights<T>>(from: &W, to: &mut W) {
            fold::copy(from, to);
        }
    }

    impl<C> Called<C, true, true> {
        /// The weights of the folded form.
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

/// What needs no annotation for a model of the default scalar, `f32`: [`Model`] has it for all.
#[doc(hidden)]
#[macro_export]
macro_rules! __inherent {
    ($name:ident) => {
        #[allow(dead_code)]
        impl $name<::core::primitive::f32> {
            /// A table of the layers, as Keras prints it.
            pub const SUMMARY: &'static ::core::primitive::str = <Self as $crate::Model>::SUMMARY;
            /// How many weights it has.
            pub const PARAMETERS: ::core::primitive::usize = <Self as $crate::Model>::PARAMETERS;
            /// How many bytes its weights take.
            pub const PARAMETER_BYTES: ::core::primitive::usize = <Self as $crate::Model>::PARAMETER_BYTES;
            /// How many bytes of activations one prediction needs, beside its inputs and outputs.
            pub const ARENA_BYTES: ::core::primitive::usize = <Self as $crate::Model>::ARENA_BYTES;
            /// How many bytes a training step needs for each sample, beside weights, inputs and outputs.
            pub const TRAIN_BYTES: ::core::primitive::usize = <Self as $crate::Model>::TRAIN_BYTES;
            /// Multiply-accumulates of one prediction.
            pub const MACS: ::core::primitive::usize = <Self as $crate::Model>::MACS;
            /// What each layer costs in a prediction: a table of flash, RAM and multiply-accumulates.
            pub const COSTS: $crate::summary::Costs = <Self as $crate::Model>::COSTS;

            /// The graph for Graphviz.
            pub const fn dot() -> &'static ::core::primitive::str {
                <Self as $crate::Model>::DOT
            }

            $crate::__with_heap! {
                /// Fresh weights, made in place on the heap.
                pub fn boxed(rng: &mut dyn $crate::__private::Rng) -> $crate::__private::Box<Self> {
                    <Self as $crate::Model>::boxed(rng)
                }
            }

            /// Fresh weights, by value. Refused at compile time for a model that is too large for a stack.
            pub fn new(rng: &mut dyn $crate::__private::Rng) -> Self {
                <Self as $crate::Model>::new(rng)
            }
        }
    };
}
