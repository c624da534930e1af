//! The errors of data of a wrong type: a trait for each mistake, whose message names the cure.
//!
//! rustc reports the requirement that fails last. So an implementation for a wrong type requires a trait that nothing
//! implements, and this trait has the message for the type at hand. A message names sizes by const parameters, because
//! nalgebra's types are long in print.
//!
//! Literals still find their type. If several implementations could apply, rustc leaves out those whose requirements
//! fail, so `&[0, 1]` gets the only type that is right.

use super::Items;
use super::mistakes::{OneHot, OtherNumbers};
use crate::tensor::{Element, Sample};
use crate::train::losses::NoTarget;
use nalgebra::SMatrix;

/// The data that was given: what implements the traits of right types.
#[derive(Clone, Copy, Debug)]
pub struct Given;

/// Samples in wrong data. There is none.
#[derive(Clone, Copy, Debug)]
pub enum Wrong {}

impl<S> Items<S> for Wrong {
    fn as_samples(_: &[Self]) -> &[S] {
        &[]
    }
}

/// Samples `SMatrix<F, Q, D>` where `SMatrix<E, R, C>` are expected.
#[diagnostic::on_unimplemented(
    message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got `SMatrix<{F}, {Q}, {D}>`",
    label = "these are `SMatrix<{F}, {Q}, {D}>`",
    note = "`SMatrix<{E}, {R}, 1>` is `SVector<{E}, {R}>`, of shape `({R},)`; other samples `SMatrix<T, 3, 5>` have the shape \
            `(5, 3)`; the batch is no part of a shape",
    note = "inputs come before targets, and several have the order of `Model(..)`; targets have the shape of the output, or \
            are classes (`u32`) where the loss is a sparse one",
    note = "`x.cast::<{E}>()` converts the numbers of a sample; `y.imax() as u32` is the class of a one-hot vector",
    note = "explained in nn::errors::nn0501"
)]
pub trait SampleOf<F, const Q: usize, const D: usize, E, const R: usize, const C: usize> {
    /// The same memory.
    fn as_samples(items: &[SMatrix<F, Q, D>]) -> &[SMatrix<E, R, C>];
}

// For every type, since rustc lists an implementation for `Given` as help.
impl<X, E, const R: usize, const C: usize> SampleOf<E, R, C, E, R, C> for X {
    fn as_samples(items: &[SMatrix<E, R, C>]) -> &[SMatrix<E, R, C>] {
        items
    }
}

/// Arrays `[I; N]` where samples `SMatrix<E, R, C>` are expected.
#[diagnostic::on_unimplemented(
    message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got arrays `[{I}; {N}]`",
    label = "these are `[{I}; {N}]`",
    note = "one position, `SMatrix<{E}, {R}, 1>` or `SVector<{E}, {R}>`, is the array `[{E}; {R}]`; several are the array \
            `[[{E}; {R}]; {C}]`",
    note = "an image of h rows, w columns and {R} channels, with h · w = {C}, is `[[[{E}; {R}]; w]; h]`; its channels come last",
    note = "the shape of an `Input` is that of one sample: the batch is no part of it",
    note = "`x.map(|x| x as {E})` converts the numbers of an array, and `nn::data::from_pixels` the bytes of images",
    note = "explained in nn::errors::nn0501"
)]
pub trait ArrayOf<I, const N: usize, E, const R: usize, const C: usize> {
    /// The same memory.
    fn as_samples(items: &[[I; N]]) -> &[SMatrix<E, R, C>];
}

impl<X, E: Element, const R: usize> ArrayOf<E, R, E, R, 1> for X {
    fn as_samples(items: &[[E; R]]) -> &[SMatrix<E, R, 1>] {
        Sample::samples(items.as_flattened())
    }
}

impl<X, E: Element, const R: usize, const C: usize> ArrayOf<[E; R], C, E, R, C> for X {
    fn as_samples(items: &[[[E; R]; C]]) -> &[SMatrix<E, R, C>] {
        Sample::samples(items.as_flattened().as_flattened())
    }
}

/// Arrays of the right form whose numbers have another type.
macro_rules! other_numbers {
    ($($given:ty)*, for $expected:ty) => {$(
        impl<X, const R: usize> ArrayOf<$given, R, $expected, R, 1> for X
        where
            for<'a> Given: OtherNumbers<$given, $expected>,
        {
            fn as_samples(_: &[[$given; R]]) -> &[SMatrix<$expected, R, 1>] {
                &[]
            }
        }

        impl<X, const R: usize, const C: usize> ArrayOf<[$given; R], C, $expected, R, C> for X
        where
            for<'a> Given: OtherNumbers<$given, $expected>,
        {
            fn as_samples(_: &[[[$given; R]; C]]) -> &[SMatrix<$expected, R, C>] {
                &[]
            }
        }

        impl<X, const R: usize, const W: usize, const H: usize, const C: usize> ArrayOf<[[$given; R]; W], H, $expected, R, C>
            for X
        where
            for<'a> Given: OtherNumbers<$given, $expected>,
        {
            fn as_samples(_: &[[[[$given; R]; W]; H]]) -> &[SMatrix<$expected, R, C>] {
                &[]
            }
        }
    )*};
}
other_numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64 f64, for f32);
other_numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64 f32, for f64);

/// One-hot targets where classes are expected.
macro_rules! one_hot {
    ($($number:ty)*) => {$(
        impl<X, const N: usize> ArrayOf<$number, N, u32, 1, 1> for X
        where
            for<'a> Given: OneHot<N>,
        {
            fn as_samples(_: &[[$number; N]]) -> &[SMatrix<u32, 1, 1>] {
                &[]
            }
        }
    )*};
}
one_hot!(f32 f64 u8 i32 bool);

impl<X, const N: usize> SampleOf<f32, N, 1, u32, 1, 1> for X
where
    for<'a> Given: OneHot<N>,
{
    fn as_samples(_: &[SMatrix<f32, N, 1>]) -> &[SMatrix<u32, 1, 1>] {
        &[]
    }
}

impl<X, const N: usize> SampleOf<f64, N, 1, u32, 1, 1> for X
where
    for<'a> Given: OneHot<N>,
{
    fn as_samples(_: &[SMatrix<f64, N, 1>]) -> &[SMatrix<u32, 1, 1>] {
        &[]
    }
}

/// Numbers where samples of `R` features and `C` positions are expected.
#[diagnostic::on_unimplemented(
    message = "expected samples `SMatrix<{T}, {R}, {C}>`, but got single numbers",
    label = "single numbers `{T}`",
    note = "`x.as_chunks::<{R}>().0` divides a flat slice into arrays `[{T}; {R}]`, which are samples of one position; another \
            `.as_chunks::<5>().0` makes samples of 5 positions of these",
    note = "a single sample goes into brackets: `[x]`",
    note = "explained in nn::errors::nn0501"
)]
pub trait NumberOf<T, const R: usize, const C: usize> {
    /// The same memory.
    fn as_samples(items: &[T]) -> &[SMatrix<T, R, C>];
}

impl<X, T: Element, const R: usize> NumberOf<T, R, 1> for X
where
    Given: NumberOfVector<T, R>,
{
    fn as_samples(items: &[T]) -> &[SMatrix<T, R, 1>] {
        <Given as NumberOfVector<T, R>>::as_samples(items)
    }
}

/// Numbers where vectors of `R` features are expected.
#[diagnostic::on_unimplemented(
    message = "expected samples `SVector<{T}, {R}>`, but got single numbers",
    label = "single numbers `{T}`",
    note = "`x.as_chunks::<{R}>().0` divides a flat slice into arrays `[{T}; {R}]`, which are such samples",
    note = "a single sample goes into brackets: `[x]`",
    note = "explained in nn::errors::nn0501"
)]
pub trait NumberOfVector<T, const R: usize> {
    /// The same memory.
    fn as_samples(items: &[T]) -> &[SMatrix<T, R, 1>];
}

impl<X, T: Element> NumberOfVector<T, 1> for X {
    fn as_samples(items: &[T]) -> &[SMatrix<T, 1, 1>] {
        bytemuck::must_cast_slice(items)
    }
}

/// Sparse samples of another length.
#[cfg(feature = "alloc")]
#[diagnostic::on_unimplemented(
    message = "expected sparse samples `MultiHot<{N}>`, but got `MultiHot<{M}>`",
    label = "these are `MultiHot<{M}>`",
    note = "explained in nn::errors::nn0501"
)]
pub trait SparseOf<const M: usize, const N: usize> {
    /// The same memory.
    fn as_samples(items: &[crate::MultiHot<M>]) -> &[crate::MultiHot<N>];
}

#[cfg(feature = "alloc")]
impl<X, const N: usize> SparseOf<N, N> for X {
    fn as_samples(items: &[crate::MultiHot<N>]) -> &[crate::MultiHot<N>] {
        items
    }
}

/// Targets for an output without a loss.
#[diagnostic::on_unimplemented(
    message = "an output without a loss has no targets",
    label = "expected `()`",
    note = "its targets are `()`, as its loss is; an output that is measured only has a loss, with the loss weight 0",
    note = "explained in nn::errors::nn0501"
)]
pub trait NoTargetOf<I> {
    /// The same memory.
    fn as_samples(items: &[I]) -> &[NoTarget];
}

impl<X> NoTargetOf<NoTarget> for X {
    fn as_samples(items: &[NoTarget]) -> &[NoTarget] {
        items
    }
}
