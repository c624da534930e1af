//! The data types of inputs and targets for `fit`: vectors, slices and arrays of samples.
//!
//! A model with several inputs or outputs takes a tuple of them, or the named struct.

pub use crate::tensor::inspect::{Inspect, NotFinite, Outside};

use crate::tensor::{Sample, Tensor, Tensors, for_each_arity};
use nalgebra::SMatrix;

/// The samples of one tensor: a `Vec`, slice or array, or a reference to one.
///
/// The samples are nalgebra matrices. If a sample is a single scalar, plain numbers work as well (`Vec<f32>`,
/// `Vec<u32>`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold samples",
    note = "expected a `Vec`, a slice or an array of samples such as `SVector<f32, 64>`, or a reference to one",
    note = "explained in nn::errors::nn0501"
)]
pub trait Column {
    /// The type of the items.
    type Item;

    /// Returns the items.
    fn items(&self) -> &[Self::Item];
}

impl<S> Column for [S] {
    type Item = S;

    fn items(&self) -> &[S] {
        self
    }
}

impl<S, const N: usize> Column for [S; N] {
    type Item = S;

    fn items(&self) -> &[S] {
        self
    }
}

#[cfg(feature = "alloc")]
impl<S> Column for alloc::vec::Vec<S> {
    type Item = S;

    fn items(&self) -> &[S] {
        self
    }
}

#[cfg(feature = "alloc")]
impl<V: Column + ?Sized> Column for alloc::boxed::Box<V> {
    type Item = V::Item;

    fn items(&self) -> &[V::Item] {
        (**self).items()
    }
}

impl<V: Column + ?Sized> Column for &V {
    type Item = V::Item;

    fn items(&self) -> &[V::Item] {
        (**self).items()
    }
}

/// A type whose slices are slices of samples `S`: the sample itself, or a scalar if the sample is one scalar.
#[diagnostic::on_unimplemented(
    message = "expected samples of type `{S}`, but these are of type `{Self}`",
    note = "the shape `(64,)` is `SVector<f32, 64>`; `(steps, features)` is `SMatrix<f32, features, steps>`; a sparse input \
            of shape `(64,)` takes `MultiHot<64>`",
    note = "explained in nn::errors::nn0501"
)]
pub trait Items<S>: Sized {
    /// Returns the same memory as samples.
    fn as_samples(items: &[Self]) -> &[S];
}

impl<S: Tensor> Items<S> for S {
    fn as_samples(items: &[S]) -> &[S] {
        items
    }
}

macro_rules! scalar_items {
    ($($scalar:ty),*) => {$(
        impl Items<SMatrix<$scalar, 1, 1>> for $scalar {
            fn as_samples(items: &[$scalar]) -> &[SMatrix<$scalar, 1, 1>] {
                bytemuck::cast_slice(items)
            }
        }
    )*};
}
scalar_items!(f32, f64, u32);

/// The inputs or targets `X` of a model: a [`Column`], a tuple of columns, or the struct with names that `model!`
/// writes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold the samples that are expected here",
    label = "expected a `Vec`, slice or array of samples, or for several tensors a tuple of them in the model's order",
    note = "the expected samples are `{X}`",
    note = "`SVector<f32, 10>` is printed as `Matrix<f32, Const<10>, Const<1>, ..>`, and `SMatrix<f32, 3, 5>`, which has the \
            shape (5, 3), as `Matrix<f32, Const<3>, Const<5>, ..>`",
    note = "the inputs come first, then the targets; a sparse loss takes classes (`u32`) for targets, and other losses take \
            samples of the output's shape",
    note = "explained in nn::errors::nn0501"
)]
pub trait Batches<X: Tensors> {
    /// Returns the samples of every tensor.
    fn batches(&self) -> X::Batch<'_>;
}

#[diagnostic::do_not_recommend]
impl<S: Tensor, V: Column<Item: Items<S>>> Batches<S> for V {
    fn batches(&self) -> &[S] {
        Items::as_samples(self.items())
    }
}

macro_rules! tuple_batches {
    ($(($name:ident $index:tt $column:ident))+) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: Tensor, $column: Column<Item: Items<$name>>),+> Batches<($($name,)+)> for ($($column,)+) {
            fn batches(&self) -> ($(&[$name],)+) {
                ($(Items::as_samples(self.$index.items()),)+)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($name: Tensor, $column: Column<Item: Items<$name>>),+> Batches<($($name,)+)> for &($($column,)+) {
            fn batches(&self) -> ($(&[$name],)+) {
                (**self).batches()
            }
        }
    };
}
for_each_arity!(tuple_batches);

/// The weights of the outputs `P` in the loss: a number, a tuple of them, or the model's named struct.
pub trait LossWeights<P: Tensors> {
    /// Returns one weight for each output, in order; 0 after the last.
    fn numbers(&self) -> [f64; crate::spec::MAX_INPUTS];
}

impl<P: Sample> LossWeights<P> for f64 {
    fn numbers(&self) -> [f64; crate::spec::MAX_INPUTS] {
        let mut numbers = [0.0; crate::spec::MAX_INPUTS];
        numbers[0] = *self;
        numbers
    }
}

macro_rules! f64_for {
    ($name:ident) => {
        f64
    };
}

macro_rules! tuple_loss_weights {
    ($(($name:ident $index:tt $second:ident))+) => {
        impl<$($name: Sample),+> LossWeights<($($name,)+)> for ($(f64_for!($name),)+) {
            fn numbers(&self) -> [f64; crate::spec::MAX_INPUTS] {
                let mut numbers = [0.0; crate::spec::MAX_INPUTS];
                $(numbers[$index] = self.$index;)+
                numbers
            }
        }
    };
}
for_each_arity!(tuple_loss_weights);
