//! The wrong types, each with the requirement that refuses it: see [`wrong`](super::wrong).

use super::mistakes::*;
use super::wrong::*;
use super::{BatchesFrom, Column, Items};
use crate::tensor::{Tensors, for_each_arity};
use nalgebra::{Const, Dim, Dyn, Matrix, SMatrix};

/// `impl Items<..> for ..` with a requirement that fails. `for<'a>` has rustc look at it where samples are given.
macro_rules! items {
    ($([$($generics:tt)*] $given:ty, for $sample:ty: $mistake:path;)*) => {$(
        #[doc(hidden)]
        impl<$($generics)*> Items<$sample> for $given
        where
            for<'a> Given: $mistake,
        {
            fn as_samples(_: &[Self]) -> &[$sample] {
                &[]
            }
        }
    )*};
}

macro_rules! numbers {
    ($($given:ty)*, for $expected:ty: $mistake:ident) => {$(
        items!([const R: usize, const C: usize] $given, for SMatrix<$expected, R, C>: $mistake<$given, $expected>;);
    )*};
}

/// Whole numbers, which may be classes.
macro_rules! whole_numbers {
    ($($given:ty)*, for $expected:ty) => {$(
        items!([const R: usize, const C: usize] $given, for SMatrix<$expected, R, C>: Classes<$given, $expected, R, C>;);
    )*};
}

whole_numbers!(u8 u16 u64 u128 usize i8 i16 i32 i64 i128 isize u32, for f32);
whole_numbers!(u8 u16 u64 u128 usize i8 i16 i32 i64 i128 isize u32, for f64);
numbers!(f64, for f32: Floats);
numbers!(f32, for f64: Floats);

macro_rules! classes {
    ($($given:ty)*: $mistake:ident) => {$(
        items!([const R: usize, const C: usize] $given, for SMatrix<u32, R, C>: $mistake<$given>;);
    )*};
}

classes!(u8 u16 u64 u128 usize i8 i16 i32 i64 i128 isize: Indices);
classes!(f32 f64: FloatClasses);

items! {
    [E, const R: usize, const C: usize] bool, for SMatrix<E, R, C>: Flags<E>;
    [E, const R: usize, const C: usize] char, for SMatrix<E, R, C>: Names<E>;
    [E, const R: usize, const C: usize] &str, for SMatrix<E, R, C>: Names<E>;
    [E, T, const R: usize, const C: usize] &[T], for SMatrix<E, R, C>: Rows<E, R, C>;
    [E, T, const Q: usize, const D: usize, const R: usize, const C: usize] &SMatrix<T, Q, D>, for SMatrix<E, R, C>:
        References<E>;
    [E, T, S, D: Dim, const R: usize, const C: usize] Matrix<T, Dyn, D, S>, for SMatrix<E, R, C>:
        DynamicSamples<E, R, C>;
    [E, T, S, const Q: usize, const R: usize, const C: usize] Matrix<T, Const<Q>, Dyn, S>, for SMatrix<E, R, C>:
        DynamicSamples<E, R, C>;
}

#[cfg(feature = "alloc")]
items! {
    [E, const R: usize, const C: usize] alloc::string::String, for SMatrix<E, R, C>: Names<E>;
    [E, const R: usize, const C: usize] &alloc::string::String, for SMatrix<E, R, C>: Names<E>;
    [E, T, const R: usize, const C: usize] alloc::vec::Vec<T>, for SMatrix<E, R, C>: Rows<E, R, C>;
    [E, T, const R: usize, const C: usize] &alloc::vec::Vec<T>, for SMatrix<E, R, C>: Rows<E, R, C>;
    [E, T, const R: usize, const C: usize] alloc::boxed::Box<[T]>, for SMatrix<E, R, C>: Rows<E, R, C>;
    [E, const N: usize, const R: usize, const C: usize] crate::MultiHot<N>, for SMatrix<E, R, C>:
        SparseSamples<E, N, R, C>;
    [T, const N: usize, const R: usize, const C: usize] SMatrix<T, R, C>, for crate::MultiHot<N>: DenseSamples<T, N>;
    [T, const N: usize, const M: usize] [T; M], for crate::MultiHot<N>: DenseSamples<T, N>;
    [T, const N: usize] alloc::vec::Vec<T>, for crate::MultiHot<N>: DenseSamples<T, N>;
}

/// `impl Column for ..` with a requirement that fails. No error follows from the samples.
macro_rules! columns {
    ($([$($generics:tt)*] $given:ty: $mistake:path;)*) => {$(
        #[doc(hidden)]
        impl<$($generics)*> Column for $given
        where
            for<'a> Given: $mistake,
        {
            type Item = Wrong;

            fn items(&self) -> &[Wrong] {
                &[]
            }
        }
    )*};
}

columns! {
    [T, const R: usize, const C: usize] SMatrix<T, R, C>: OneSample<T>;
    [T, D: Dim, S] Matrix<T, Dyn, D, S>: DynamicMatrix<T>;
    [T, S, const R: usize] Matrix<T, Const<R>, Dyn, S>: DynamicMatrix<T>;
}

/// `impl BatchesFrom<..> for` a tuple, with a requirement that fails.
macro_rules! several {
    ([$($name:ident),+] [$($generics:tt)*] $given:ty) => {
        #[doc(hidden)]
        impl<$($generics)*, $($name: Tensors),+> BatchesFrom<$given> for ($($name,)+)
        where
            for<'b> Given: Several<A>,
        {
            fn batches_from<'c>(_: &'c $given) -> Self::Batch<'c> {
                unreachable!("nothing implements the requirement")
            }
        }
    };
}

macro_rules! tuples {
    ($(($name:ident $index:tt $second:ident))+) => {
        items! {
            [Elem, $($name,)+ const ROWS: usize, const COLS: usize] ($($name,)+), for SMatrix<Elem, ROWS, COLS>:
                Tuples<Elem, ROWS, COLS>;
        }
        several!([$($name),+] [T, const N: usize] [T; N]);
        several!([$($name),+] ['a, T, const N: usize] &'a [T; N]);
        several!([$($name),+] ['a, T] &'a [T]);
        #[cfg(feature = "alloc")]
        several!([$($name),+] [T] alloc::vec::Vec<T>);
        #[cfg(feature = "alloc")]
        several!([$($name),+] ['a, T] &'a alloc::vec::Vec<T>);
    };
}
for_each_arity!(tuples);
