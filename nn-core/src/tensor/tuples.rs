//! Tuples of tensors are tensors, for layers with several inputs.

use super::{FloatTensors, Sample, Tensors};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Storage;
use core::ops::Range;

macro_rules! tuple_tensors {
    ($(($name:ident $index:tt $second:ident))+) => {
        impl<$($name: Tensors),+> Tensors for ($($name,)+) {
            const COUNT: usize = 0 $(+ $name::COUNT)+;
            type Batch<'a> = ($($name::Batch<'a>,)+);
            type BatchMut<'a> = ($($name::BatchMut<'a>,)+);
            type Gradients<'a> = ($($name::Gradients<'a>,)+);
            type Optional<'a> = ($($name::Optional<'a>,)+);
            type Buffers<Z: Storage> = ($($name::Buffers<Z>,)+);
            #[cfg(feature = "alloc")]
            type Vecs = ($($name::Vecs,)+);

            fn lengths(batch: Self::Batch<'_>, visit: &mut dyn FnMut(usize)) {
                $($name::lengths(batch.$index, visit);)+
            }

            #[inline(always)]
            fn batch<Z: Storage>(buffers: &Self::Buffers<Z>, n: usize) -> Self::Batch<'_> {
                ($($name::batch::<Z>(&buffers.$index, n),)+)
            }

            #[inline(always)]
            fn batch_mut<Z: Storage>(buffers: &mut Self::Buffers<Z>, n: usize) -> Self::BatchMut<'_> {
                ($($name::batch_mut::<Z>(&mut buffers.$index, n),)+)
            }

            #[inline(always)]
            fn shared<'a>(batch: &'a Self::BatchMut<'_>) -> Self::Batch<'a> {
                ($($name::shared(&batch.$index),)+)
            }

            #[inline(always)]
            fn reborrow<'a>(batch: &'a mut Self::BatchMut<'_>) -> Self::BatchMut<'a> {
                ($($name::reborrow(&mut batch.$index),)+)
            }

            #[inline(always)]
            fn zero_sample() -> Self {
                ($($name::zero_sample(),)+)
            }

            #[inline(always)]
            fn one(&self) -> Self::Batch<'_> {
                ($(self.$index.one(),)+)
            }

            #[inline(always)]
            fn one_mut(&mut self) -> Self::BatchMut<'_> {
                ($(self.$index.one_mut(),)+)
            }

            fn shorter<'a, 'b: 'a>(batch: Self::Batch<'b>) -> Self::Batch<'a> {
                ($($name::shorter(batch.$index),)+)
            }

            fn slice(batch: Self::Batch<'_>, range: Range<usize>) -> Self::Batch<'_> {
                ($($name::slice(batch.$index, range.clone()),)+)
            }

            fn slice_mut(batch: Self::BatchMut<'_>, range: Range<usize>) -> Self::BatchMut<'_> {
                ($($name::slice_mut(batch.$index, range.clone()),)+)
            }

            fn split_mut(batch: Self::BatchMut<'_>, at: usize) -> (Self::BatchMut<'_>, Self::BatchMut<'_>) {
                let halves = ($($name::split_mut(batch.$index, at),)+);
                (($(halves.$index.0,)+), ($(halves.$index.1,)+))
            }

            fn gather(from: Self::Batch<'_>, indices: &[usize], to: Self::BatchMut<'_>) {
                $($name::gather(from.$index, indices, to.$index);)+
            }

            fn copy(from: Self::Batch<'_>, to: Self::BatchMut<'_>) {
                $($name::copy(from.$index, to.$index);)+
            }

            fn clear(batch: Self::BatchMut<'_>) {
                $($name::clear(batch.$index);)+
            }

            fn none<'a>() -> Self::Optional<'a> {
                ($($name::none(),)+)
            }

            fn no_gradients<'a>() -> Self::Gradients<'a> {
                ($($name::no_gradients(),)+)
            }

            #[inline(always)]
            fn gradients(batch: Self::BatchMut<'_>) -> Self::Gradients<'_> {
                ($($name::gradients(batch.$index),)+)
            }

            #[cfg(feature = "alloc")]
            fn vecs(n: usize) -> Self::Vecs {
                ($($name::vecs(n),)+)
            }

            #[cfg(feature = "alloc")]
            fn vecs_mut(vecs: &mut Self::Vecs) -> Self::BatchMut<'_> {
                ($($name::vecs_mut(&mut vecs.$index),)+)
            }
        }

        impl<Scal: Scalar, $($name: FloatTensors<Scal> + Sample),+> FloatTensors<Scal> for ($($name,)+) {
            const SIZES: &'static [usize] = &[$($name::SIZES[0]),+];

            #[inline(always)]
            fn flat<'a>(batch: Self::Batch<'a>, i: usize) -> &'a [Scal] {
                match i {
                    $($index => <$name as FloatTensors<Scal>>::flat(batch.$index, 0),)+
                    _ => &[],
                }
            }

            #[inline(always)]
            fn flat_mut<'a>(batch: Self::BatchMut<'a>, i: usize) -> &'a mut [Scal] {
                match i {
                    $($index => <$name as FloatTensors<Scal>>::flat_mut(batch.$index, 0),)+
                    _ => &mut [],
                }
            }

            #[inline(always)]
            fn flat_gradient<'a>(gradients: &'a mut Self::Gradients<'_>, i: usize) -> Option<&'a mut [Scal]> {
                match i {
                    $($index => $name::flat_gradient(&mut gradients.$index, 0),)+
                    _ => None,
                }
            }
        }
    };
}

/// Calls a macro once for every tuple length from 2 to [`MAX_INPUTS`](crate::spec::MAX_INPUTS), with
/// `(A 0 LA) (B 1 LB) …`: a type, its index, and a second type.
macro_rules! for_each_arity {
    ($macro:ident) => {
        $macro! { (A 0 LA) (B 1 LB) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) (D 3 LD) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) (D 3 LD) (E 4 LE) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) (D 3 LD) (E 4 LE) (F 5 LF) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) (D 3 LD) (E 4 LE) (F 5 LF) (G 6 LG) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) (D 3 LD) (E 4 LE) (F 5 LF) (G 6 LG) (H 7 LH) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) (D 3 LD) (E 4 LE) (F 5 LF) (G 6 LG) (H 7 LH) (I 8 LI) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) (D 3 LD) (E 4 LE) (F 5 LF) (G 6 LG) (H 7 LH) (I 8 LI) (J 9 LJ) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) (D 3 LD) (E 4 LE) (F 5 LF) (G 6 LG) (H 7 LH) (I 8 LI) (J 9 LJ) (K 10 LK) }
        $macro! { (A 0 LA) (B 1 LB) (C 2 LC) (D 3 LD) (E 4 LE) (F 5 LF) (G 6 LG) (H 7 LH) (I 8 LI) (J 9 LJ) (K 10 LK) (L 11 LL) }
    };
}
pub(crate) use for_each_arity;

for_each_arity!(tuple_tensors);
