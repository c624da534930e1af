//! The errors of data of a wrong type: a trait for each mistake, whose message names the cure.
//!
//! rustc reports the requirement that fails last. So an implementation for a wrong type requires a trait that nothing
//! implements, and this trait has the message for the type at hand. A message names sizes by const parameters, because
//! nalgebra's types are long in print.
//!
//! Literals still find their type. If several implementations could apply, rustc leaves out those whose requirements
//! fail, so `&[0, 1]` gets the only type that is right.

use super::Items;
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
    note = "`SMatrix<T, 64, 1>` is `SVector<T, 64>`, of shape `(64,)`; `SMatrix<T, 3, 5>` has the shape `(5, 3)`",
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
    note = "as an array, such a sample is `[[{E}; {R}]; {C}]`: {R} features at each of {C} positions; if there is one position, \
            `[{E}; {R}]`",
    note = "the axes of an array have the order of the shape: the shape `(5, 3)` is `[[{E}; 3]; 5]`, and the image `(28, 28, 1)` \
            is `[[[{E}; 1]; 28]; 28]`",
    note = "`x.map(|x| x as {E})` converts the numbers of an array",
    note = "`call` takes one sample; `fit`, `evaluate` and `predict` take several",
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

impl<X, T: Element> NumberOf<T, 1, 1> for X {
    fn as_samples(items: &[T]) -> &[SMatrix<T, 1, 1>] {
        bytemuck::cast_slice(items)
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

/// Traits of wrong types, which nothing implements.
macro_rules! mistakes {
    ($($(#[$attribute:meta])* $name:ident<$($parameter:ident),*; $($size:ident),*>;)*) => {$(
        $(#[$attribute])*
        pub trait $name<$($parameter,)* $(const $size: usize),*> {}
    )*};
}

mistakes! {
    /// Numbers of a float type that is not the model's.
    #[diagnostic::on_unimplemented(
        message = "expected numbers `{E}`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&x| x as {E}).collect::<Vec<_>>()` converts them",
        note = "a model `Digits` computes in `{G}` as `Digits<{G}>`, made by `Digits::<{G}>::boxed(..)`",
        note = "explained in nn::errors::nn0501"
    )]
    Floats<G, E; >;

    /// Classes where numbers are expected.
    #[diagnostic::on_unimplemented(
        message = "expected numbers `{E}`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&y| y as {E}).collect::<Vec<_>>()` converts them",
        note = "for classes (`u32`) the loss is a sparse one: `SparseCategoricalCrossentropy::default()`",
        note = "explained in nn::errors::nn0501"
    )]
    Classes<G, E; >;

    /// Truth values where numbers are expected.
    #[diagnostic::on_unimplemented(
        message = "expected numbers `{E}`, but got `bool`",
        label = "these are `bool`",
        note = "`.iter().map(|&y| {E}::from(y)).collect::<Vec<_>>()` converts them to 0 and 1",
        note = "explained in nn::errors::nn0501"
    )]
    Flags<E; >;

    /// Classes of another type.
    #[diagnostic::on_unimplemented(
        message = "expected classes or indices `u32`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&y| y as u32).collect::<Vec<_>>()` converts them",
        note = "explained in nn::errors::nn0501"
    )]
    Indices<G; >;

    /// Numbers where classes are expected.
    #[diagnostic::on_unimplemented(
        message = "expected classes or indices `u32`, but got `{G}`",
        label = "these are `{G}`",
        note = "`.iter().map(|&y| y as u32).collect::<Vec<_>>()` converts them; a loss that is not a sparse one takes targets \
                of the output's shape",
        note = "explained in nn::errors::nn0501"
    )]
    FloatClasses<G; >;

    /// Names of classes.
    #[diagnostic::on_unimplemented(
        message = "expected numbers `{E}`, but got texts",
        label = "these are texts",
        note = "classes have numbers: `.map(|y| names.iter().position(|name| *name == y).unwrap() as {E})` gives them with a \
                list `names` of all classes",
        note = "explained in nn::errors::nn0501"
    )]
    Names<E; >;

    /// Rows whose length is known at run time.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got rows of a length that only the program knows",
        label = "rows without a fixed length",
        note = "`.iter().map(|row| SMatrix::<{E}, {R}, {C}>::from_column_slice(row)).collect::<Vec<_>>()` makes samples of rows \
                of {E}; it panics if a row has another length",
        note = "explained in nn::errors::nn0501"
    )]
    Rows<E; R, C>;

    /// Vectors whose length is known at run time.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got a `DVector` or `DMatrix` for each",
        label = "samples without a fixed size",
        note = "`.iter().map(|x| SMatrix::<{E}, {R}, {C}>::from_column_slice(x.as_slice())).collect::<Vec<_>>()` makes samples \
                of them; it panics if one has another size",
        note = "explained in nn::errors::nn0501"
    )]
    DynamicSamples<E; R, C>;

    /// References to samples.
    #[diagnostic::on_unimplemented(
        message = "expected samples, but got references to samples",
        label = "references to samples",
        note = "`.iter().map(|x| **x).collect::<Vec<_>>()` copies them",
        note = "explained in nn::errors::nn0501"
    )]
    References<E; >;

    /// Tuples for samples.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got a tuple for each",
        label = "tuples",
        note = "an array of numbers is a sample, and a tuple of numbers is none: `[a, b]`, not `(a, b)`",
        note = "inputs and targets are given apart: `fit(&x, &y, ..)`; several inputs are a tuple of slices, not a slice of tuples",
        note = "explained in nn::errors::nn0501"
    )]
    Tuples<E; R, C>;

    /// One sample where several are expected.
    #[diagnostic::on_unimplemented(
        message = "expected several samples, but got a single one",
        label = "a single sample",
        note = "a single sample goes into brackets: `[x]`, or `core::slice::from_ref(x)` for a reference",
        note = "`model.call(&x)` computes the outputs for a single sample",
        note = "explained in nn::errors::nn0501"
    )]
    OneSample<T; >;

    /// Several samples where one is expected.
    #[diagnostic::on_unimplemented(
        message = "`call` takes one sample, but got several, or a sample whose size only the program knows",
        label = "not one sample",
        note = "`predict` computes the outputs for several samples",
        note = "one sample of this input is `SMatrix<{E}, {R}, {C}>`: `SMatrix::<{E}, {R}, {C}>::from_column_slice(&x)` makes \
                one of {R} × {C} numbers, and panics if there are fewer",
        note = "explained in nn::errors::nn0501"
    )]
    SeveralSamples<E; R, C>;

    /// A matrix of all samples.
    #[diagnostic::on_unimplemented(
        message = "expected a `Vec`, a slice or an array of samples, but got a `DMatrix` or `DVector`",
        label = "not a slice of samples",
        note = "with a sample in each column, `x.column_iter().map(|x| SVector::<{T}, 64>::from_iterator(x.iter().copied()))` \
                makes samples of 64 numbers; with a sample in each row, it is `row_iter`",
        note = "explained in nn::errors::nn0501"
    )]
    DynamicMatrix<T; >;

    /// Something else for the tuple of several tensors.
    #[diagnostic::on_unimplemented(
        message = "expected a tuple with the samples of each tensor, since there are several",
        label = "not a tuple of as many",
        note = "several inputs are `(&a, &b)`, in the order of `Model(inputs = [a, b], ..)`, or the model's `…Inputs` struct; \
                targets have the order of the outputs, or are in the `…Outputs` struct",
        note = "explained in nn::errors::nn0501"
    )]
    Several<X; >;
}

#[cfg(feature = "alloc")]
mistakes! {
    /// Dense samples for a sparse input.
    #[diagnostic::on_unimplemented(
        message = "the input is sparse: expected samples `MultiHot<{N}>`",
        label = "dense samples",
        note = "`MultiHot::<{N}>::new(indices)?` makes a sample of the places where it is 1; `Input(shape = [{N}])` without \
                `sparse = true` takes dense samples",
        note = "explained in nn::errors::nn0501"
    )]
    DenseSamples<E; N>;

    /// Sparse samples for a dense input.
    #[diagnostic::on_unimplemented(
        message = "expected samples `SMatrix<{E}, {R}, {C}>`, but got sparse ones",
        label = "these are `MultiHot<{N}>`",
        note = "an input takes sparse samples if it is declared so: `Input(shape = [{N}], sparse = true)`",
        note = "explained in nn::errors::nn0501"
    )]
    SparseSamples<E; N, R, C>;
}
