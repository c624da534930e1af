//! The data types of inputs and targets for `fit`: vectors, slices and arrays of samples.
//!
//! A model with several inputs or outputs takes a tuple of them, or the named struct.
//!
//! [`Batches`] is the bound of every call. Under it, a wrong type is an error that names its cure: see `wrong`.

mod arrays;
mod mistakes;
mod one;
mod refused;
mod sample_weight;
mod wrong;

pub use self::arrays::{Block, LengthError, array, arrays, arrays_mut, copy_numbers, from_flat, sample, samples};
#[cfg(feature = "alloc")]
pub use self::arrays::{from_numbers, from_pixels, zeros};
pub use self::one::{OneOf, OneOfEach, SampleFrom};
pub use self::sample_weight::{SampleWeight, WeightOf};
pub use crate::tensor::inspect::{Inspect, NotFinite, Outside};

use self::wrong::{ArrayOf, Given, NumberOf, SampleOf};
#[cfg(feature = "alloc")]
use crate::MultiHot;
use crate::tensor::{Element, Sample, Tensors, for_each_arity};
use crate::train::losses::NoTarget;
use nalgebra::SMatrix;

/// The samples of one tensor: a `Vec`, slice or array, or a reference to one.
///
/// The samples are nalgebra matrices or arrays of numbers: see [`Items`].
#[diagnostic::on_unimplemented(
    message = "expected a `Vec`, a slice or an array",
    label = "not a `Vec`, a slice or an array",
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

/// A type whose slices are slices of samples `S`.
///
/// | shape | samples |
/// |---|---|
/// | `(64,)` | `SVector<f32, 64>`, `[f32; 64]` |
/// | `(5, 3)` | `SMatrix<f32, 3, 5>`, `[[f32; 3]; 5]` |
/// | `(28, 28, 1)` | `SMatrix<f32, 1, 784>`, `[[[f32; 1]; 28]; 28]` |
/// | `(1,)` | `f32`, `SVector<f32, 1>` |
/// | a class | `u32` |
/// | `(64,)`, sparse | `MultiHot<64>` |
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sample of this tensor",
    label = "samples of another type",
    note = "a sample of shape `(64,)` is `SVector<f32, 64>` or `[f32; 64]`, and one of shape `(5, 3)` is `SMatrix<f32, 3, 5>` \
            or `[[f32; 3]; 5]`",
    note = "a sample of one number may be the number itself: `f32` (`1.0`, not `1`), and `u32` for a class",
    note = "a single sample goes into brackets: `[x]`",
    note = "explained in nn::errors::nn0501"
)]
pub trait Items<S>: Sized {
    /// Returns the same memory as samples.
    fn as_samples(items: &[Self]) -> &[S];
}

impl<E, F, const R: usize, const C: usize, const Q: usize, const D: usize> Items<SMatrix<E, R, C>> for SMatrix<F, Q, D>
where
    Given: SampleOf<F, Q, D, E, R, C>,
{
    fn as_samples(items: &[Self]) -> &[SMatrix<E, R, C>] {
        <Given as SampleOf<F, Q, D, E, R, C>>::as_samples(items)
    }
}

impl<E, I, const N: usize, const R: usize, const C: usize> Items<SMatrix<E, R, C>> for [I; N]
where
    Given: ArrayOf<I, N, E, R, C>,
{
    fn as_samples(items: &[Self]) -> &[SMatrix<E, R, C>] {
        <Given as ArrayOf<I, N, E, R, C>>::as_samples(items)
    }
}

macro_rules! number_items {
    ($($number:ty),*) => {$(
        impl<const R: usize, const C: usize> Items<SMatrix<$number, R, C>> for $number
        where
            Given: NumberOf<$number, R, C>,
        {
            fn as_samples(items: &[$number]) -> &[SMatrix<$number, R, C>] {
                <Given as NumberOf<$number, R, C>>::as_samples(items)
            }
        }
    )*};
}
number_items!(f32, f64, u32);

#[cfg(feature = "alloc")]
impl<const N: usize, const M: usize> Items<MultiHot<N>> for MultiHot<M>
where
    Given: wrong::SparseOf<M, N>,
{
    fn as_samples(items: &[Self]) -> &[MultiHot<N>] {
        <Given as wrong::SparseOf<M, N>>::as_samples(items)
    }
}

impl Items<NoTarget> for NoTarget {
    fn as_samples(items: &[Self]) -> &[NoTarget] {
        items
    }
}

/// The inputs or targets `X` of a model: a [`Column`], a tuple of columns, or the struct with names that `model!`
/// writes.
#[diagnostic::on_unimplemented(
    message = "expected a `Vec`, a slice or an array of samples",
    label = "not a `Vec`, a slice or an array of samples",
    note = "a single sample goes into brackets: `[x]`; an iterator is collected: `.collect::<Vec<_>>()`",
    note = "inputs, targets and settings are given apart: `fit(&x, &y, Fit::new())`; a tuple `(&a, &b)` is for several inputs",
    note = "the rows of a table such as an `Array2` become samples by `SVector::<f32, 64>::from_iterator(row)` or by \
            `SVector::<f32, 64>::from_column_slice(row)`",
    note = "explained in nn::errors::nn0501"
)]
pub trait Batches<X: Tensors> {
    /// Returns the samples of every tensor.
    fn batches(&self) -> X::Batch<'_>;
}

impl<X: BatchesFrom<V>, V> Batches<X> for V {
    fn batches(&self) -> X::Batch<'_> {
        X::batches_from(self)
    }
}

/// Tensors whose batches can be taken from a `V`: the other way round of [`Batches`], so that an error depends first on
/// the tensors that are expected, and then on what was given.
#[diagnostic::on_unimplemented(
    message = "expected a tuple with the samples of each tensor, since there are several",
    label = "not a tuple of as many",
    note = "several inputs are `(&a, &b)`, in the order of `Model(inputs = [a, b], ..)`, or the model's `…Inputs` struct; \
            targets have the order of the outputs, or are in the `…Outputs` struct",
    note = "explained in nn::errors::nn0501"
)]
pub trait BatchesFrom<V: ?Sized>: Tensors {
    /// The samples of every tensor.
    fn batches_from(given: &V) -> Self::Batch<'_>;
}

impl<E: Element, const R: usize, const C: usize, V: Column<Item: Items<Self>>> BatchesFrom<V> for SMatrix<E, R, C> {
    fn batches_from(given: &V) -> &[Self] {
        Items::as_samples(given.items())
    }
}

#[cfg(feature = "alloc")]
impl<const N: usize, V: Column<Item: Items<Self>>> BatchesFrom<V> for MultiHot<N> {
    fn batches_from(given: &V) -> &[Self] {
        Items::as_samples(given.items())
    }
}

impl<V: Column> BatchesFrom<V> for NoTarget
where
    Given: wrong::NoTargetOf<V::Item>,
{
    fn batches_from(given: &V) -> &[Self] {
        <Given as wrong::NoTargetOf<V::Item>>::as_samples(given.items())
    }
}

macro_rules! tuple_batches {
    ($(($name:ident $index:tt $column:ident))+) => {
        impl<$($name: BatchesFrom<$column>, $column),+> BatchesFrom<($($column,)+)> for ($($name,)+) {
            fn batches_from(given: &($($column,)+)) -> Self::Batch<'_> {
                ($($name::batches_from(&given.$index),)+)
            }
        }

        impl<$($name: BatchesFrom<$column>, $column),+> BatchesFrom<&($($column,)+)> for ($($name,)+) {
            fn batches_from<'a>(given: &'a &($($column,)+)) -> Self::Batch<'a> {
                Self::batches_from(*given)
            }
        }
    };
}
for_each_arity!(tuple_batches);

/// The weights of the outputs `P` in the loss: a number, a tuple of them, or the model's named struct.
#[diagnostic::on_unimplemented(
    message = "expected a weight (`f64`) for each output",
    label = "not as many numbers `f64` as there are outputs",
    note = "one output has a number, `1.0`; several have a tuple, `(1.0, 0.2)`, not a list, or the model's `…Outputs` struct",
    note = "explained in nn::errors::nn0502"
)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::SVector;
    use std::{vec, vec::Vec};

    fn taken<X: Tensors, V: Batches<X>>(given: V, check: impl FnOnce(X::Batch<'_>)) {
        check(given.batches());
    }

    #[test]
    fn arrays_are_samples_in_the_same_memory() {
        let rows = vec![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
        taken::<SVector<f32, 3>, _>(&rows, |batch| {
            assert_eq!(batch, [SVector::from([1.0, 2.0, 3.0]), SVector::from([4.0, 5.0, 6.0])]);
            assert_eq!(batch.as_ptr().cast::<u8>(), rows.as_ptr().cast());
        });
        // Two steps of three features.
        let sequence = [[[1.0_f64, 2.0, 3.0], [4.0, 5.0, 6.0]]];
        taken::<SMatrix<f64, 3, 2>, _>(&sequence, |batch| {
            assert_eq!(batch, [SMatrix::<f64, 3, 2>::new(1.0, 4.0, 2.0, 5.0, 3.0, 6.0)]);
        });
        // One step of two features, one feature of two steps.
        taken::<SVector<u32, 2>, _>([[[7, 8]]], |batch| assert_eq!(batch, [SVector::from([7, 8])]));
        taken::<SMatrix<f32, 1, 2>, _>([[[7.0], [8.0]]], |batch| assert_eq!(batch, [SMatrix::from([[7.0], [8.0]])]));
        taken::<SVector<f32, 3>, _>(Vec::<[f32; 3]>::new(), |batch| assert!(batch.is_empty()));
    }

    #[test]
    fn a_flat_slice_in_chunks_is_samples() {
        let flat = [1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        taken::<SVector<f32, 3>, _>(flat.as_chunks::<3>().0, |batch| {
            assert_eq!(batch[1], SVector::from([4.0, 5.0, 6.0]))
        });
        taken::<SMatrix<f32, 3, 2>, _>(flat.as_chunks::<3>().0.as_chunks::<2>().0, |batch| {
            assert_eq!(batch, [SMatrix::<f32, 3, 2>::new(1.0, 4.0, 2.0, 5.0, 3.0, 6.0)]);
        });
    }

    /// The refused types do not hinder rustc: the literals have no other type than the right one.
    #[test]
    fn literals_take_the_type_that_fits() {
        taken::<SVector<f32, 1>, _>([0.5, 1.0], |batch| assert_eq!(batch[0].x, 0.5));
        taken::<SVector<f64, 1>, _>(&vec![0.5, 1.0], |batch| assert_eq!(batch[0].x, 0.5));
        taken::<SVector<u32, 1>, _>(&[0, 1, 2], |batch| assert_eq!(batch[2].x, 2));
        taken::<SVector<f32, 2>, _>(&[[0.0, 1.0]], |batch| assert_eq!(batch[0].y, 1.0));
        taken::<SVector<f32, 2>, _>(&vec![SVector::zeros(); 2], |batch| assert_eq!(batch.len(), 2));
        taken::<(SVector<f32, 1>, SVector<u32, 1>), _>(([0.5], &[3]), |(x, y)| assert_eq!((x[0].x, y[0].x), (0.5, 3)));
        taken::<(SVector<f32, 1>, NoTarget), _>(&([0.5], ()), |(x, y)| assert_eq!((x[0].x, y[0]), (0.5, NoTarget)));
    }
}
