//! Stand-ins for the names of features that are off. Their use is a compile error that names the feature.
//!
//! A call returns `Missing` of a trait that nothing implements. So rustc does not know its type and reports no errors
//! that follow: `Digits::boxed(..).compile(..).fit(..)` is one error.

// The set of unused items depends on the features.
#![allow(unused_imports, unused_macros)]

use crate::Model;

/// Declares a trait for each feature. Nothing implements it.
macro_rules! features {
    ($($name:ident $feature:literal: $message:literal, $label:literal, $note:literal;)*) => {$(
        #[doc = concat!("Has the feature `", $feature, "`: nothing, where this trait is used.")]
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = $note)]
        pub trait $name {
            /// The return type of a call that needs the feature.
            type Missing;
        }
    )*};
}

features! {
    Alloc "alloc":
        "this needs the feature `alloc` of the package `nn-model`, which is off",
        "needs the feature `alloc`",
        "without a heap, `new` makes a small model by value, and `include_weights!` puts one into flash";
    Std "std":
        "this needs the feature `std` of the package `nn-model`, which is off",
        "needs the feature `std`",
        "on a board, `call` predicts, and `Xoshiro128PlusPlus` gives random numbers: see `nn::board`";
    Train "train":
        "this needs the feature `train` of the package `nn-model`, which is off",
        "needs the feature `train`",
        "without `std`, `nn::Trainer` trains: see `nn::board`";
    Files "files":
        "this needs the feature `files` of the package `nn-model`, which is off",
        "needs the feature `files`",
        "`include_weights!` reads weights while the program compiles, and `nn::snapshot` makes bytes of them";
    Plot "plot":
        "this needs the feature `plot` of the package `nn-model`, which is off",
        "needs the feature `plot`",
        "`History::iter` has the numbers";
}

/// Declares stand-ins for types, with their constructors.
macro_rules! types {
    ($($name:ident: $trait:ident, $($new:ident($($argument:ident: $kind:ident),*)),*;)*) => {$(
        #[doc = concat!("Needs a feature: see `", stringify!($name), "` there.")]
        #[derive(Debug)]
        pub struct $name;

        impl $name {
            $(
                /// Needs a feature.
                // With `for<'a>`, rustc checks the bound at the call, not here.
                #[allow(clippy::new_ret_no_self)]
                pub fn $new<$($kind),*>($(_: $kind),*) -> <() as $trait>::Missing
                where
                    for<'a> (): $trait,
                {
                    unreachable!("nothing has the feature")
                }
            )*
        }
    )*};
}

#[cfg(not(feature = "std"))]
types! {
    StdRng: Std, seed_from_u64(seed: A), from_seed(seed: A);
}

#[cfg(not(feature = "train"))]
types! {
    Fit: Train, new();
    EarlyStopping: Train, new();
    LambdaCallback: Train, new();
    LearningRateScheduler: Train, new(schedule: A);
    ReduceLROnPlateau: Train, new();
    ModelCheckpoint: Train, new(path: A);
    CsvLogger: Train, new(path: A);
}

#[cfg(all(feature = "train", not(feature = "files")))]
types! {
    ModelCheckpoint: Files, new(path: A);
    CsvLogger: Files, new(path: A);
}

/// Callbacks without `train`: those with a `new` name the feature there, and rustc names it for the others.
#[cfg(not(feature = "train"))]
pub mod callbacks {
    pub use super::{
        CsvLogger, EarlyStopping, LambdaCallback, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau,
    };
    #[cfg(feature = "train")]
    pub use crate::train::callbacks::{Callback, CallbackMemory, Callbacks, Direction, Run, Snapshot, TerminateOnNaN};
}

/// Declares a trait of stand-in methods.
macro_rules! methods {
    (
        impl<$($generic:ident $(: $bound:path)?),*> $needs:ident for $type:ty, with $trait:ident {
            $($name:ident($($self:tt)*) ($($argument:ident: $kind:ident),*);)*
        }
    ) => {
        #[doc = concat!("Calls that need the feature of [`", stringify!($trait), "`].")]
        pub trait $needs {
            $(
                /// Needs a feature.
                fn $name<$($kind),*>($($self)*, $(_: $kind),*) -> <Self as $trait>::Missing
                where
                    Self: Sized + $trait,
                {
                    unreachable!("nothing has the feature")
                }
            )*
        }

        impl<$($generic $(: $bound)?),*> $needs for $type {}
    };
}

#[cfg(not(feature = "std"))]
methods! {
    impl<M: Model> NeedsStd for M, with Std {
        predict(&self) (x: A);
        predict_in_batches(&self) (x: A, batch_size: B);
    }
}

#[cfg(not(feature = "train"))]
methods! {
    impl<M: Model> NeedsTrain for M, with Train {
        compile(self) (optimizer: A, losses: B);
    }
}

#[cfg(not(feature = "files"))]
methods! {
    impl<M: Model> NeedsFiles for M, with Files {
        save_weights(&self) (path: A);
        save_weights_to(&self) (writer: A);
        load_weights(&mut self) (path: A);
        load_weights_from(&mut self) (bytes: A);
        load_matching(&mut self) (path: A);
        load_matching_from(&mut self) (bytes: A);
    }
}

#[cfg(all(feature = "train", not(feature = "files")))]
methods! {
    impl<M: Model, O, L, K> NeedsFilesToo for crate::Compiled<M, O, L, K>, with Files {
        save_weights(&self) (path: A);
        save_weights_to(&self) (writer: A);
        load_weights(&mut self) (path: A);
        load_weights_from(&mut self) (bytes: A);
        load_matching(&mut self) (path: A);
        load_matching_from(&mut self) (bytes: A);
        save_checkpoint(&mut self) (path: A);
        load_checkpoint(&mut self) (path: A);
    }
}

#[cfg(all(feature = "train", not(feature = "files")))]
methods! {
    impl<> NeedsFilesInRun for crate::callbacks::Run<'_>, with Files {
        save_weights(&self) (path: A);
        save_checkpoint(&mut self) (path: A);
    }
}

#[cfg(all(feature = "train", not(feature = "plot")))]
methods! {
    impl<> NeedsPlot for crate::History, with Plot {
        plot(&self) (path: A);
        to_svg(&self) ();
    }
}

/// Needs the feature `alloc`.
#[cfg(not(feature = "alloc"))]
pub trait NeedsAlloc: Model {
    /// Needs the feature `alloc`; `new` makes a model by value.
    fn boxed<R>(_: R) -> Self
    where
        Self: Alloc,
    {
        Self::zeroed()
    }
}

#[cfg(not(feature = "alloc"))]
impl<M: Model> NeedsAlloc for M {}
