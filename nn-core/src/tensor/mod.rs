//! Samples, batches and tuples of them, their number types, and the storage of memory.
//!
//! Rule: nothing here knows a layer.
//!
//! A sample is a statically sized nalgebra matrix: one row per feature, one column per position. A batch is a slice of
//! samples. nalgebra is column-major, so a batch is one contiguous block in Keras's row-major, channels-last order.
//! Flattening is therefore a reinterpretation. Layers with several inputs or outputs take tuples of batches;
//! [`Tensors`] covers single tensors and tuples. A sparse sample is a list ([`MultiHot`]), and a batch of them is a
//! slice of lists.

pub mod arena;
pub(crate) mod by_value;
mod element;
pub mod inspect;
#[cfg(feature = "alloc")]
mod multi_hot;
pub mod scalar;
pub mod storage;
mod tuples;

pub use element::Element;
#[cfg(feature = "alloc")]
pub use multi_hot::{IndexError, MultiHot};
pub(crate) use tuples::for_each_arity;

use crate::tensor::scalar::Scalar;
use crate::tensor::storage::{Buffer, Shareable, Storage};
use bytemuck::Pod;
use core::ops::Range;
use nalgebra::SMatrix;

/// One tensor: a type of samples. A batch is a slice of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sample",
    note = "a sample is a statically sized nalgebra matrix: `SVector<f32, 64>` for the shape `(64,)`",
    note = "explained in nn::errors::nn0501"
)]
pub trait Tensor:
    Sized
    + for<'a> Tensors<
        Batch<'a> = &'a [Self],
        BatchMut<'a> = &'a mut [Self],
        Gradients<'a> = Option<&'a mut [Self]>,
        Optional<'a> = Option<&'a [Self]>,
    >
{
}

impl<E: Element, const R: usize, const C: usize> Tensor for SMatrix<E, R, C> {}

/// One sample of a tensor of scalars: `SMatrix<E, ROWS, COLS>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a sample",
    note = "a sample is a statically sized nalgebra matrix: `SVector<f32, 64>` for the shape `(64,)`",
    note = "explained in nn::errors::nn0501"
)]
pub trait Sample: Pod + Tensor + Shareable {
    /// The number type.
    type Element: Element;
    /// The number of features.
    const ROWS: usize;
    /// The number of positions.
    const COLS: usize;
    /// The number of scalars of a sample.
    const SIZE: usize = Self::ROWS * Self::COLS;

    /// Returns the scalars of a batch, sample after sample.
    fn flat(batch: &[Self]) -> &[Self::Element] {
        bytemuck::must_cast_slice(batch)
    }

    /// Returns the scalars of a batch for writing.
    fn flat_mut(batch: &mut [Self]) -> &mut [Self::Element] {
        bytemuck::must_cast_slice_mut(batch)
    }

    /// Reinterprets scalars as samples. Ignores a trailing partial sample.
    fn samples(flat: &[Self::Element]) -> &[Self];

    /// Reinterprets scalars as samples for writing. Ignores a trailing partial sample.
    fn samples_mut(flat: &mut [Self::Element]) -> &mut [Self];
}

impl<E: Element, const R: usize, const C: usize> Sample for SMatrix<E, R, C> {
    type Element = E;
    const ROWS: usize = R;
    const COLS: usize = C;

    // In two steps; the second changes only the type of an array. A direct cast from scalars would divide, and could
    // panic. `must_cast_slice` compares the sizes at compile time.
    #[inline(always)]
    fn samples(flat: &[E]) -> &[Self] {
        bytemuck::must_cast_slice(flat.as_chunks::<R>().0.as_chunks::<C>().0)
    }

    #[inline(always)]
    fn samples_mut(flat: &mut [E]) -> &mut [Self] {
        bytemuck::must_cast_slice_mut(flat.as_chunks_mut::<R>().0.as_chunks_mut::<C>().0)
    }
}

/// Returns the scalars of a batch, sample after sample.
#[inline(always)]
pub fn flat<S: Sample>(batch: &[S]) -> &[S::Element] {
    S::flat(batch)
}

/// Returns the scalars of a batch for writing.
#[inline(always)]
pub fn flat_mut<S: Sample>(batch: &mut [S]) -> &mut [S::Element] {
    S::flat_mut(batch)
}

/// Returns the first `n` samples of a memory, which has at least as many. The compiler cannot prove that, so it would
/// keep a panic of an index in firmware.
#[inline(always)]
pub(crate) fn first<S>(memory: &[S], n: usize) -> &[S] {
    debug_assert!(n <= memory.len());
    memory.get(..n).unwrap_or(memory)
}

/// Returns the first `n` samples of a memory for writing, as [`first`].
#[inline(always)]
pub(crate) fn first_mut<S>(memory: &mut [S], n: usize) -> &mut [S] {
    let n = first(memory, n).len();
    &mut memory[..n]
}

/// Returns a sample of zeros.
#[inline(always)]
pub fn zeroed<S: Sample>() -> S {
    bytemuck::Zeroable::zeroed()
}

/// Sets every scalar to zero.
#[inline]
pub fn clear<S: Sample>(batch: &mut [S]) {
    bytemuck::fill_zeroes(flat_mut(batch));
}

/// Adds `from` to `to`, scalar by scalar, for a gradient that arrives without passing through a layer.
#[inline]
pub fn add<S: Sample<Element: Scalar>>(to: &mut [S], from: &[S]) {
    for (to, &from) in flat_mut(to).iter_mut().zip(flat(from)) {
        *to += from;
    }
}

/// Copies as many scalars as the shorter slice has. Slices of a batch have equal lengths, which the compiler cannot
/// prove.
#[inline(always)]
pub(crate) fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    let len = from.len().min(to.len());
    to[..len].copy_from_slice(&from[..len]);
}

/// One tensor, or a tuple of tensors: the sample types of the inputs or outputs of a layer or a model.
pub trait Tensors: Sized + 'static {
    /// The number of tensors.
    const COUNT: usize;
    /// `&[S]`, or a tuple of such slices.
    type Batch<'a>: Copy + Shareable;
    /// `&mut [S]`, or a tuple of such slices.
    type BatchMut<'a>: Shareable;
    /// The places where gradients are added: `Option<&mut [S]>` or a tuple; `None` for an unwanted gradient.
    type Gradients<'a>;
    /// `Option<&[S]>`, or a tuple: a batch that may be missing.
    type Optional<'a>: Copy;
    /// Memory for a batch.
    type Buffers<B: Storage>: Buffer;
    /// `Vec<S>`, or a tuple of them.
    #[cfg(feature = "alloc")]
    type Vecs;

    /// Reports the number of samples of each tensor.
    fn lengths(batch: Self::Batch<'_>, visit: &mut dyn FnMut(usize));
    /// Returns the first `n` samples of the memory.
    fn batch<B: Storage>(buffers: &Self::Buffers<B>, n: usize) -> Self::Batch<'_>;
    /// Returns the first `n` samples of the memory for writing.
    fn batch_mut<B: Storage>(buffers: &mut Self::Buffers<B>, n: usize) -> Self::BatchMut<'_>;
    /// Returns a batch held for writing as a batch for reading.
    fn shared<'a>(batch: &'a Self::BatchMut<'_>) -> Self::Batch<'a>;
    /// Returns a batch held for writing with a shorter borrow.
    fn reborrow<'a>(batch: &'a mut Self::BatchMut<'_>) -> Self::BatchMut<'a>;
    /// Returns the same batch with a shorter lifetime. The compiler does not know that every batch can be shortened.
    fn shorter<'a, 'b: 'a>(batch: Self::Batch<'b>) -> Self::Batch<'a>;
    /// Returns a range of the samples.
    fn slice(batch: Self::Batch<'_>, range: Range<usize>) -> Self::Batch<'_>;
    /// Returns a range of the samples for writing.
    fn slice_mut(batch: Self::BatchMut<'_>, range: Range<usize>) -> Self::BatchMut<'_>;
    /// Returns the samples before place `at`, and those from there on.
    fn split_mut(batch: Self::BatchMut<'_>, at: usize) -> (Self::BatchMut<'_>, Self::BatchMut<'_>);
    /// Copies the samples of these indices, in this order.
    fn gather(from: Self::Batch<'_>, indices: &[usize], to: Self::BatchMut<'_>);
    /// Copies the samples.
    fn copy(from: Self::Batch<'_>, to: Self::BatchMut<'_>);
    /// Sets every scalar to zero.
    fn clear(batch: Self::BatchMut<'_>);
    /// Returns batches that are all missing.
    fn none<'a>() -> Self::Optional<'a>;
    /// Returns gradients that are all unwanted.
    fn no_gradients<'a>() -> Self::Gradients<'a>;
    /// Returns gradients that are all wanted.
    fn gradients(batch: Self::BatchMut<'_>) -> Self::Gradients<'_>;

    /// Returns zeroed vectors of `n` samples.
    #[cfg(feature = "alloc")]
    fn vecs(n: usize) -> Self::Vecs;
    /// Returns the vectors for writing.
    #[cfg(feature = "alloc")]
    fn vecs_mut(vecs: &mut Self::Vecs) -> Self::BatchMut<'_>;

    /// Returns one sample of each tensor, of zeros.
    fn zero_sample() -> Self;
    /// Returns one sample of each tensor as batches.
    fn one(&self) -> Self::Batch<'_>;
    /// Returns one sample of each tensor as batches for writing.
    fn one_mut(&mut self) -> Self::BatchMut<'_>;

    /// Returns the number of samples of the first tensor.
    fn len(batch: Self::Batch<'_>) -> usize {
        let mut first = None;
        Self::lengths(batch, &mut |n| {
            first.get_or_insert(n);
        });
        first.unwrap_or(0)
    }
}

/// Implements [`Tensors`] for single tensors, whose batches are slices.
macro_rules! slices {
    () => {
        const COUNT: usize = 1;
        type Batch<'a> = &'a [Self];
        type BatchMut<'a> = &'a mut [Self];
        type Gradients<'a> = Option<&'a mut [Self]>;
        type Optional<'a> = Option<&'a [Self]>;
        #[cfg(feature = "alloc")]
        type Vecs = alloc::vec::Vec<Self>;

        #[inline(always)]
        fn shared<'a>(batch: &'a &mut [Self]) -> &'a [Self] {
            batch
        }

        #[inline(always)]
        fn reborrow<'a>(batch: &'a mut &mut [Self]) -> &'a mut [Self] {
            batch
        }

        fn shorter<'a, 'b: 'a>(batch: &'b [Self]) -> &'a [Self] {
            batch
        }

        fn slice(batch: Self::Batch<'_>, range: core::ops::Range<usize>) -> Self::Batch<'_> {
            &batch[range]
        }

        fn slice_mut(batch: Self::BatchMut<'_>, range: core::ops::Range<usize>) -> Self::BatchMut<'_> {
            &mut batch[range]
        }

        fn split_mut(batch: Self::BatchMut<'_>, at: usize) -> (Self::BatchMut<'_>, Self::BatchMut<'_>) {
            batch.split_at_mut(at)
        }

        #[inline(always)]
        fn one(&self) -> &[Self] {
            core::slice::from_ref(self)
        }

        #[inline(always)]
        fn one_mut(&mut self) -> &mut [Self] {
            core::slice::from_mut(self)
        }

        fn none<'a>() -> Option<&'a [Self]> {
            None
        }

        fn no_gradients<'a>() -> Option<&'a mut [Self]> {
            None
        }

        #[inline(always)]
        fn gradients(batch: Self::BatchMut<'_>) -> Self::Gradients<'_> {
            Some(batch)
        }

        #[cfg(feature = "alloc")]
        fn vecs_mut(vecs: &mut alloc::vec::Vec<Self>) -> &mut [Self] {
            vecs
        }
    };
}
pub(crate) use slices;

impl<E: Element, const R: usize, const C: usize> Tensors for SMatrix<E, R, C> {
    slices!();

    type Buffers<B: Storage> = B::Of<Self>;

    fn lengths(batch: &[Self], visit: &mut dyn FnMut(usize)) {
        visit(batch.len());
    }

    #[inline(always)]
    fn batch<B: Storage>(buffers: &B::Of<Self>, n: usize) -> &[Self] {
        first(buffers, n)
    }

    #[inline(always)]
    fn batch_mut<B: Storage>(buffers: &mut B::Of<Self>, n: usize) -> &mut [Self] {
        first_mut(buffers, n)
    }

    fn gather(from: &[Self], indices: &[usize], to: &mut [Self]) {
        for (to, &index) in to.iter_mut().zip(indices) {
            // Copied by element: in a debug build, assigning a whole sample would copy it through the stack.
            to.as_mut_slice().copy_from_slice(from[index].as_slice());
        }
    }

    fn copy(from: &[Self], to: &mut [Self]) {
        copy(flat(from), flat_mut(to));
    }

    fn clear(batch: &mut [Self]) {
        bytemuck::fill_zeroes(flat_mut(batch));
    }

    #[inline(always)]
    fn zero_sample() -> Self {
        zeroed()
    }

    #[cfg(feature = "alloc")]
    fn vecs(n: usize) -> alloc::vec::Vec<Self> {
        bytemuck::zeroed_slice_box(n).into_vec()
    }
}

/// Tensors of a model's scalar, seen as blocks of scalars, for a merge of any number of inputs.
pub trait FloatTensors<T: Scalar>: Tensors {
    /// The number of scalars of a sample of each tensor.
    const SIZES: &'static [usize];

    /// Returns the scalars of tensor `i`.
    fn flat<'a>(batch: Self::Batch<'a>, i: usize) -> &'a [T];
    /// Returns the scalars of tensor `i` for writing.
    fn flat_mut<'a>(batch: Self::BatchMut<'a>, i: usize) -> &'a mut [T];
    /// Returns the place where the gradient of tensor `i` is added.
    fn flat_gradient<'a>(gradients: &'a mut Self::Gradients<'_>, i: usize) -> Option<&'a mut [T]>;
}

impl<T: Scalar + Element, const R: usize, const C: usize> FloatTensors<T> for SMatrix<T, R, C> {
    const SIZES: &'static [usize] = &[R * C];

    #[inline(always)]
    fn flat<'a>(batch: Self::Batch<'a>, _: usize) -> &'a [T] {
        flat(batch)
    }

    #[inline(always)]
    fn flat_mut<'a>(batch: Self::BatchMut<'a>, _: usize) -> &'a mut [T] {
        flat_mut(batch)
    }

    #[inline(always)]
    fn flat_gradient<'a>(gradients: &'a mut Option<&mut [Self]>, _: usize) -> Option<&'a mut [T]> {
        gradients.as_deref_mut().map(flat_mut)
    }
}
