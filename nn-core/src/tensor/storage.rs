//! The storage of working memory: [`Heap`] on a host, [`Inline`] arrays in firmware.
//!
//! Everything that a pass writes (activations, caches, gradients of activations) is generic over [`Storage`], so one
//! expansion serves both. Memory is zeroed in its final place: a batch of 60 MB images never passes through a stack.

use bytemuck::Zeroable;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

/// A value that threads may share: everything that is `Send` and `Sync`, such as scalars and matrices of them. Several
/// threads compute the parts of a batch.
///
/// A machine without atomic operations has no threads; there, every type implements it.
#[cfg(target_has_atomic = "ptr")]
pub trait Shareable: Send + Sync {}
#[cfg(target_has_atomic = "ptr")]
impl<T: Send + Sync + ?Sized> Shareable for T {}

/// A value that threads may share. This machine has no threads, so every type implements it.
#[cfg(not(target_has_atomic = "ptr"))]
pub trait Shareable {}
#[cfg(not(target_has_atomic = "ptr"))]
impl<T: ?Sized> Shareable for T {}

/// A kind of working memory.
pub trait Storage: 'static {
    /// The number of samples for which there is room, if it is a constant. A pass computes no more samples, so the
    /// compiler knows that they are in bounds.
    const CAPACITY: usize = usize::MAX;
    /// The samples of a layer that belong to one sample of the model: the steps inside of a `TimeDistributed`. A loss
    /// that a layer adds is a mean over the samples of the model, so it is divided by `x.len() / STEPS`.
    const STEPS: usize = 1;

    /// Room for a number of samples.
    type Of<S: Zeroable + Copy + Shareable + 'static>: Deref<Target = [S]> + DerefMut + Buffer;
    /// Room for one value, for example a statistic of the whole batch.
    type One<S: Zeroable + Copy + Shareable + 'static>: Deref<Target = S> + DerefMut + Buffer;
}

/// Working memory that can be made for a number of samples.
pub trait Buffer: Sized + Shareable {
    /// Zeroed memory with the capacity of an [`Inline`] array, as a constant: for a `static`. For memory without a
    /// fixed capacity, using it does not compile.
    const ZEROED: Self = panic!("this memory cannot be made by a constant");

    /// Returns zeroed memory for batches of up to `capacity` samples.
    ///
    /// # Panics
    /// If the memory is an [`Inline`] array of fewer samples.
    fn with_capacity(capacity: usize) -> Self;
}

impl Buffer for () {
    const ZEROED: Self = ();

    fn with_capacity(_: usize) {}
}

macro_rules! tuple_buffers {
    ($(($name:ident $index:tt $second:ident))+) => {
        impl<$($name: Buffer),+> Buffer for ($($name,)+) {
            const ZEROED: Self = ($($name::ZEROED,)+);

            fn with_capacity(capacity: usize) -> Self {
                ($($name::with_capacity(capacity),)+)
            }
        }
    };
}
crate::tensor::for_each_arity!(tuple_buffers);

/// Defines structs of memory: every field is a buffer, and so is the struct. Constants stand after the type
/// parameters, behind a semicolon.
#[doc(hidden)]
#[macro_export]
macro_rules! __buffers {
    ($(
        $(#[$meta:meta])*
        $vis:vis struct $name:ident<$($parameter:ident: $bound:path),*; $($constant:ident),*> {
            $($(#[$doc:meta])* $of:vis $field:ident: $buffer:ty,)*
        }
    )*) => {$(
        $(#[$meta])*
        $vis struct $name<$($parameter: $bound,)* $(const $constant: ::core::primitive::usize),*> {
            $($(#[$doc])* $of $field: $buffer,)*
        }

        impl<$($parameter: $bound,)* $(const $constant: ::core::primitive::usize),*> $crate::tensor::storage::Buffer
            for $name<$($parameter,)* $($constant),*>
        {
            const ZEROED: Self = $name { $($field: $crate::tensor::storage::Buffer::ZEROED,)* };

            fn with_capacity(capacity: ::core::primitive::usize) -> Self {
                $name { $($field: $crate::tensor::storage::Buffer::with_capacity(capacity),)* }
            }
        }
    )*};
}
#[doc(hidden)]
pub use crate::__buffers as buffers;

/// Arrays of `N` samples, in place, without a heap. A single prediction needs `Inline<1>`.
#[derive(Clone, Copy, Debug)]
pub struct Inline<const N: usize>;

/// Memory of an [`Inline`] storage.
#[derive(Clone, Copy, Debug)]
pub struct InlineBuffer<S, const N: usize>([S; N]);

/// A single value of an [`Inline`] storage.
#[derive(Clone, Copy, Debug)]
pub struct InlineOne<S>(S);

impl<const N: usize> Storage for Inline<N> {
    const CAPACITY: usize = N;

    type Of<S: Zeroable + Copy + Shareable + 'static> = InlineBuffer<S, N>;
    type One<S: Zeroable + Copy + Shareable + 'static> = InlineOne<S>;
}

impl<S: Zeroable + Copy + Shareable, const N: usize> Buffer for InlineBuffer<S, N> {
    // SAFETY: all-zero bytes are a valid `S` by the contract of `Zeroable`; `S::zeroed` is not a `const fn`.
    const ZEROED: Self = InlineBuffer([const { unsafe { core::mem::zeroed() } }; N]);

    #[inline]
    fn with_capacity(capacity: usize) -> Self {
        assert!(capacity <= N, "the inline memory is too small for this batch");
        InlineBuffer([S::zeroed(); N])
    }
}

impl<S, const N: usize> Deref for InlineBuffer<S, N> {
    type Target = [S];

    #[inline(always)]
    fn deref(&self) -> &[S] {
        &self.0
    }
}

impl<S, const N: usize> DerefMut for InlineBuffer<S, N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [S] {
        &mut self.0
    }
}

impl<S: Zeroable + Shareable> Buffer for InlineOne<S> {
    // SAFETY: as above.
    const ZEROED: Self = InlineOne(unsafe { core::mem::zeroed() });

    #[inline]
    fn with_capacity(_: usize) -> Self {
        InlineOne(S::zeroed())
    }
}

impl<S> Deref for InlineOne<S> {
    type Target = S;

    #[inline(always)]
    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S> DerefMut for InlineOne<S> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut S {
        &mut self.0
    }
}

/// Memory of `B` with room for `S` times the number of samples, for a layer that is called on each step of each
/// sample.
#[derive(Clone, Copy, Debug)]
pub struct Times<B, const S: usize>(PhantomData<B>);

/// Memory of a [`Times`] storage.
pub struct TimesBuffer<X: Zeroable + Copy + Shareable + 'static, B: Storage, const S: usize>(B::Of<[X; S]>);

impl<B: Storage, const S: usize> Storage for Times<B, S> {
    const CAPACITY: usize = B::CAPACITY.saturating_mul(S);
    const STEPS: usize = B::STEPS.saturating_mul(S);

    type Of<X: Zeroable + Copy + Shareable + 'static> = TimesBuffer<X, B, S>;
    type One<X: Zeroable + Copy + Shareable + 'static> = B::One<X>;
}

impl<X: Zeroable + Copy + Shareable, B: Storage, const S: usize> Buffer for TimesBuffer<X, B, S> {
    const ZEROED: Self = TimesBuffer(Buffer::ZEROED);

    fn with_capacity(capacity: usize) -> Self {
        TimesBuffer(Buffer::with_capacity(capacity))
    }
}

impl<X: Zeroable + Copy + Shareable, B: Storage, const S: usize> Deref for TimesBuffer<X, B, S> {
    type Target = [X];

    #[inline(always)]
    fn deref(&self) -> &[X] {
        self.0.as_flattened()
    }
}

impl<X: Zeroable + Copy + Shareable, B: Storage, const S: usize> DerefMut for TimesBuffer<X, B, S> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [X] {
        self.0.as_flattened_mut()
    }
}

#[cfg(feature = "alloc")]
mod heap {
    use super::{Buffer, Deref, DerefMut, Shareable, Storage, Zeroable};
    use alloc::boxed::Box;

    /// Boxed slices, made zeroed by the allocator.
    #[derive(Clone, Copy, Debug)]
    pub struct Heap;

    /// Memory of the [`Heap`].
    #[derive(Clone, Debug)]
    pub struct HeapBuffer<S>(Box<[S]>);

    /// A single value on the [`Heap`].
    #[derive(Clone, Debug)]
    pub struct HeapOne<S>(Box<S>);

    impl Storage for Heap {
        type Of<S: Zeroable + Copy + Shareable + 'static> = HeapBuffer<S>;
        type One<S: Zeroable + Copy + Shareable + 'static> = HeapOne<S>;
    }

    impl<S: Zeroable + Shareable> Buffer for HeapBuffer<S> {
        fn with_capacity(capacity: usize) -> Self {
            HeapBuffer(bytemuck::zeroed_slice_box(capacity))
        }
    }

    impl<S> Deref for HeapBuffer<S> {
        type Target = [S];

        #[inline(always)]
        fn deref(&self) -> &[S] {
            &self.0
        }
    }

    impl<S> DerefMut for HeapBuffer<S> {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut [S] {
            &mut self.0
        }
    }

    impl<S: Zeroable + Shareable> Buffer for HeapOne<S> {
        fn with_capacity(_: usize) -> Self {
            HeapOne(bytemuck::zeroed_box())
        }
    }

    impl<S> Deref for HeapOne<S> {
        type Target = S;

        #[inline(always)]
        fn deref(&self) -> &S {
            &self.0
        }
    }

    impl<S> DerefMut for HeapOne<S> {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut S {
            &mut self.0
        }
    }
}

#[cfg(feature = "alloc")]
pub use heap::{Heap, HeapBuffer, HeapOne};
