//! What a program without the feature `std` or `alloc` cannot have: each name is there, and its use is an error that names the feature.

use crate::Model;

/// Has the feature `std`: nothing, where this trait is.
#[diagnostic::on_unimplemented(
    message = "this needs the feature `std` of the crate `nn`, which is off",
    label = "needs the feature `std`",
    note = "on a board, `call` predicts, `nn::Trainer` trains and `nn::snapshot` keeps weights: see `nn::board`"
)]
pub trait Std {}

/// Has the feature `alloc`: nothing, where this trait is used.
#[diagnostic::on_unimplemented(
    message = "this needs the feature `alloc` of the crate `nn`, which is off",
    label = "needs the feature `alloc`",
    note = "without a heap, `new` makes a small model by value, and `include_weights!` puts one into flash"
)]
pub trait Alloc {}

macro_rules! types {
    ($($name:ident: $($new:ident($($argument:ident: $kind:ident),*)),*;)*) => {$(
        #[doc = concat!("Needs the feature `std`: see `", stringify!($name), "` there.")]
        #[derive(Debug)]
        pub struct $name;

        impl $name {
            $(
                /// Needs the feature `std`.
                // `for<'a>` has rustc look at the bound where this is called.
                #[allow(unused_variables, clippy::new_without_default)]
                pub fn $new<$($kind),*>($($argument: $kind),*) -> Self
                where
                    for<'a> (): Std,
                {
                    $name
                }
            )*
        }
    )*};
}

types! {
    Fit: new();
    StdRng: seed_from_u64(seed: A), from_seed(seed: A);
    EarlyStopping: new();
    ModelCheckpoint: new(path: A);
    CsvLogger: new(path: A);
    ReduceLROnPlateau: new();
    LearningRateScheduler: new(schedule: A);
}

/// Needs the feature `std`.
pub trait NeedsStd: Model {
    /// Needs the feature `std`; [`Trainer`](crate::Trainer) trains without it.
    fn compile<O, L>(self, _: O, _: L) -> Self
    where
        Self: Std,
    {
        self
    }

    /// Needs the feature `std`; `call` predicts without it.
    fn predict<X>(&self, _: X)
    where
        Self: Std,
    {
    }

    /// Needs the feature `std`; [`snapshot`](crate::snapshot) writes bytes without it.
    fn save_weights<P>(&self, _: P)
    where
        Self: Std,
    {
    }

    /// Needs the feature `std`; `include_weights!` and [`snapshot`](crate::snapshot) read weights without it.
    fn load_weights<P>(&mut self, _: P)
    where
        Self: Std,
    {
    }
}

impl<M: Model> NeedsStd for M {}

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
