//! One sample, as `call` takes it: a matrix, an array, or a reference to one.

use super::Items;
use super::mistakes::SeveralSamples;
use super::wrong::Given;
use crate::tensor::{Element, Tensor, Tensors, for_each_arity};
use core::slice;
use nalgebra::{Const, Dim, Dyn, Matrix, SMatrix};

/// A tensor, of which an `X` is a sample.
// Without `Tensor` as its supertrait: under a bound on it, rustc would take any tensor whose type is open for this one.
pub trait SampleFrom<X: ?Sized>: Sized {
    /// Returns the sample as a batch.
    fn samples(x: &X) -> &[Self];
}

impl<E: Element, const R: usize, const C: usize, X: OneOf<Self> + ?Sized> SampleFrom<X> for SMatrix<E, R, C> {
    #[inline(always)]
    fn samples(x: &X) -> &[Self] {
        x.as_batch()
    }
}

#[cfg(feature = "alloc")]
impl<const N: usize, X: OneOf<Self> + ?Sized> SampleFrom<X> for crate::MultiHot<N> {
    fn samples(x: &X) -> &[Self] {
        x.as_batch()
    }
}

/// One sample of a tensor `S`: a matrix, an array of numbers as in [`Items`], or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sample of this input",
    label = "not a sample",
    note = "a sample of shape `(64,)` is `SVector<f32, 64>` or `[f32; 64]`, and one of shape `(5, 3)` is `SMatrix<f32, 3, 5>` \
            or `[[f32; 3]; 5]`",
    note = "explained in nn::errors::nn0501"
)]
pub trait OneOf<S> {
    /// Returns the same memory as a batch of one sample.
    fn as_batch(&self) -> &[S];
}

/// One sample of each of several tensors `S`: a tuple of references, or the model's `…Inputs` struct with references.
#[diagnostic::on_unimplemented(
    message = "expected one sample of each input, in a tuple",
    label = "not a tuple with a reference for each input",
    note = "several inputs are `(&a, &b)`, in the order of `Model(inputs = [a, b], ..)`, or the model's `…Inputs` struct",
    note = "`predict` computes the outputs for several samples: `predict((&a, &b))`",
    note = "explained in nn::errors::nn0501"
)]
pub trait OneOfEach<'x, S: Tensors> {
    /// Returns the samples as batches of one.
    fn batches(self) -> S::Batch<'x>;
}

impl<'x, E: Element, const R: usize, const C: usize, X: ?Sized> OneOfEach<'x, SMatrix<E, R, C>> for &'x X
where
    SMatrix<E, R, C>: SampleFrom<X>,
{
    #[inline(always)]
    fn batches(self) -> &'x [SMatrix<E, R, C>] {
        SMatrix::samples(self)
    }
}

macro_rules! one_of_each {
    ($(($name:ident $index:tt $given:ident))+) => {
        impl<'x, $($name: Tensor + SampleFrom<$given>,)+ $($given: ?Sized),+> OneOfEach<'x, ($($name,)+)>
            for ($(&'x $given,)+)
        {
            #[inline(always)]
            fn batches(self) -> ($(&'x [$name],)+) {
                ($(<$name as SampleFrom<$given>>::samples(self.$index),)+)
            }
        }
    };
}
for_each_arity!(one_of_each);

/// Types whose slices are samples, or that have their error there.
macro_rules! one {
    ($([$($generics:tt)*] $given:ty;)*) => {$(
        impl<S, $($generics)*> OneOf<S> for $given
        where
            $given: Items<S>,
        {
            #[inline(always)]
            fn as_batch(&self) -> &[S] {
                Items::as_samples(slice::from_ref(self))
            }
        }
    )*};
}

one! {
    [F, const Q: usize, const D: usize] SMatrix<F, Q, D>;
    [I, const N: usize] [I; N];
    [] f32;
    [] f64;
    [] u8;
    [] u16;
    [] u32;
    [] u64;
    [] usize;
    [] i8;
    [] i16;
    [] i32;
    [] i64;
    [] isize;
    [] bool;
    [] char;
    [T, D: Dim, V] Matrix<T, Dyn, D, V>;
    [T, V, const Q: usize] Matrix<T, Const<Q>, Dyn, V>;
}

#[cfg(feature = "alloc")]
one! {
    [const M: usize] crate::MultiHot<M>;
    [] alloc::string::String;
}

macro_rules! tuples {
    ($(($name:ident $index:tt $second:ident))+) => {
        one! { [$($name),+] ($($name,)+); }
    };
}
for_each_arity!(tuples);

/// A reference, a box and the like: `&SVector<f32, 64>` in `samples.iter().filter(|x| digits.call(x)[0] > 0.5)`.
macro_rules! through {
    ($($pointer:ty),*) => {$(
        impl<S, X: OneOf<S> + ?Sized> OneOf<S> for $pointer {
            #[inline(always)]
            fn as_batch(&self) -> &[S] {
                (**self).as_batch()
            }
        }
    )*};
}

through!(&X, &mut X);
#[cfg(feature = "alloc")]
through!(alloc::boxed::Box<X>, alloc::rc::Rc<X>);
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
through!(alloc::sync::Arc<X>);

/// Types of several samples.
macro_rules! several {
    ($($given:ty),*) => {$(
        impl<T, E, const R: usize, const C: usize> OneOf<SMatrix<E, R, C>> for $given
        where
            for<'a> Given: SeveralSamples<E, R, C>,
        {
            fn as_batch(&self) -> &[SMatrix<E, R, C>] {
                &[]
            }
        }
    )*};
}

several!([T]);
#[cfg(feature = "alloc")]
several!(alloc::vec::Vec<T>);

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::SVector;
    use std::boxed::Box;

    fn call<S: SampleFrom<X>, X: ?Sized>(x: &X) -> &S {
        &S::samples(x)[0]
    }

    #[test]
    fn a_sample_in_any_form() {
        let expected = SMatrix::<f32, 2, 3>::new(1.0, 3.0, 5.0, 2.0, 4.0, 6.0);
        let array = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        assert_eq!(call::<SMatrix<f32, 2, 3>, _>(&array), &expected);
        assert_eq!(call::<SMatrix<f32, 2, 3>, _>(&&&expected), &expected);
        assert_eq!(call::<SMatrix<f32, 2, 3>, _>(&Box::new(array)), &expected);
        // The sizes and the type of a literal come from the model.
        assert_eq!(call::<SVector<f64, 1>, _>(&[2.5]).x, 2.5);
        assert_eq!(call::<SVector<f64, 1>, _>(&2.5).x, 2.5);
        assert_eq!(call::<SVector<u32, 2>, _>(&[7, 8]).y, 8);
        assert_eq!(call::<SVector<f32, 3>, _>(&SVector::zeros()).len(), 3);
        assert_eq!(call::<SVector<f32, 3>, _>(&SVector::from_iterator([1.0, 2.0, 3.0])).z, 3.0);
    }
}
