//! [`affine_split`]: [`affine`](super::affine()) for inputs of a sample in several slices behind each other.
//!
//! A column of weights belongs to one input, so the columns of a slice lie behind each other. The sums of a block stay
//! in registers over all slices.

use super::affine::{Affine, PackedWeights, SMALL, is_packed};
use super::block::{self, Along, Rows, Sums};
use super::dims::{Any, One};
use super::level::dispatch;
use super::vector::Vector;
use super::{Features, before};
use crate::kernels::Shared;
use crate::tensor::scalar::Scalar;
use core::marker::PhantomData;
use core::ops::Range;

/// Computes `y = W · x + b`, or `max(W · x + b, 0)`, if the inputs of a sample are in several slices behind each
/// other. `F` gives the number of inputs in each slice, `I` in all.
#[inline(always)]
pub fn affine_split<T: Scalar, F: Features<K>, const K: usize, const I: usize, const O: usize>(
    w: &[T],
    b: &[T],
    x: [&[T]; K],
    y: &mut [T],
    rectified: bool,
) {
    const { assert!(I == before::<F, K>(K)) };
    if O == 0 {
        return;
    }
    let n = y.len() / O;
    let (w, y) = (&w[..I * O], &mut y[..n * O]);
    if n == 1 && I * O <= SMALL {
        let x = StaticParts::<T, F, K> { x, features: PhantomData };
        return dispatch(Affine { shape: One::<I, O>, w, b, x, y, rectified });
    }
    let parts: [InputPart<'_, T>; K] = core::array::from_fn(|k| InputPart { x: x[k], inputs: F::INPUTS[k] });
    let product = Affine { shape: Any { n, inputs: I, outputs: O }, w, b, x: &parts[..], y, rectified };
    if is_packed(n, I) { Shared::affine_split_packed(PackedWeights(product)) } else { Shared::affine_split(product) }
}

/// The layout of a product's inputs.
pub trait Source<T: Scalar>: Copy {
    /// Adds the products of `R` samples from `s` on, over some of their `inputs` with weights `w`.
    fn add<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        self,
        sums: &mut Sums<V, R, C>,
        w: Rows<'_, T>,
        width: usize,
        full: bool,
        s: usize,
        range: Range<usize>,
        inputs: usize,
    );
}

/// All inputs in one slice, sample after sample.
impl<T: Scalar> Source<T> for &[T] {
    #[inline(always)]
    fn add<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        self,
        sums: &mut Sums<V, R, C>,
        w: Rows<'_, T>,
        width: usize,
        full: bool,
        s: usize,
        range: Range<usize>,
        inputs: usize,
    ) {
        let x = Along(Rows { data: &self[s * inputs + range.start..], stride: inputs });
        block::sum::<T, V, R, C, S>(sums, w, width, full, x, range.end - range.start);
    }
}

/// Some inputs of every sample.
#[derive(Clone, Copy)]
pub struct InputPart<'a, T> {
    x: &'a [T],
    inputs: usize,
}

/// Several slices behind each other.
impl<T: Scalar> Source<T> for &[InputPart<'_, T>] {
    #[inline(always)]
    fn add<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        self,
        sums: &mut Sums<V, R, C>,
        w: Rows<'_, T>,
        width: usize,
        full: bool,
        s: usize,
        range: Range<usize>,
        _: usize,
    ) {
        let (mut split, mut start) = (block::split(*sums), 0);
        for part in self {
            part.add::<V, R, C, S>(&mut split, w, width, full, s, &range, start);
            start += part.inputs;
        }
        *sums = block::whole(split);
    }
}

impl<T: Scalar> InputPart<'_, T> {
    /// Works as [`Source::add`], for a slice whose first input has the number `start`.
    #[inline(always)]
    fn add<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        &self,
        split: &mut [Sums<V, R, C>; S],
        w: Rows<'_, T>,
        width: usize,
        full: bool,
        s: usize,
        range: &Range<usize>,
        start: usize,
    ) {
        let (from, to) = (range.start.max(start), range.end.min(start + self.inputs));
        if from < to {
            let w = Rows { data: &w.data[(from - range.start) * w.stride..], stride: w.stride };
            let x = Along(Rows { data: &self.x[s * self.inputs + from - start..], stride: self.inputs });
            block::steps::<T, V, R, C, S>(split, w, width, full, x, to - from);
        }
    }
}

/// Slices whose sizes are in the type.
struct StaticParts<'a, T, F, const K: usize> {
    x: [&'a [T]; K],
    features: PhantomData<F>,
}

impl<T, F, const K: usize> Clone for StaticParts<'_, T, F, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, F, const K: usize> Copy for StaticParts<'_, T, F, K> {}

impl<T: Scalar, F: Features<K>, const K: usize> Source<T> for StaticParts<'_, T, F, K> {
    #[inline(always)]
    fn add<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        self,
        sums: &mut Sums<V, R, C>,
        w: Rows<'_, T>,
        width: usize,
        full: bool,
        s: usize,
        range: Range<usize>,
        _: usize,
    ) {
        // The compiler does not unroll a loop with a long body.
        macro_rules! parts {
            ($split:ident: $($k:literal)*) => {$(
                if $k < K {
                    let part = InputPart { x: self.x[$k], inputs: F::INPUTS[$k] };
                    let start = const { before::<F, K>($k) };
                    part.add::<V, R, C, S>(&mut $split, w, width, full, s, &range, start);
                }
            )*};
        }
        const { assert!(K <= 12) };
        let mut split = block::split(*sums);
        parts!(split: 0 1 2 3 4 5 6 7 8 9 10 11);
        *sums = block::whole(split);
    }
}
