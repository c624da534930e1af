//! Layers that combine masks into a mask. A mask has no gradient, so these layers have no backward pass.

use super::{AnyMask, Everywhere, JoinMasks, PassedMask, StepMask};
use crate::layer::{Layer, Memory, Pass, Work};
use crate::layers::merging::merge::{groups, strides};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Storage;
use crate::tensor::{Element, Sample, flat, flat_mut};
use nalgebra::SMatrix;

impl<const R: usize, const P: usize, const A: usize, const B: usize, const C: usize, const ONES: usize>
    AnyMask<R, P, A, B, C, ONES>
{
    /// Adds one mask by a logical or.
    fn or(m: &mut [SMatrix<u32, R, P>], i: usize, other: &[u32], size: usize) {
        let at = strides(groups(R * P, A, B, C), ONES, i);
        for (m, other) in flat_mut(m).chunks_exact_mut(R * P).zip(other.chunks_exact(size.max(1))) {
            for (k, m) in m.iter_mut().enumerate() {
                *m |= u32::from(other.get(at.place(k)).is_some_and(|&other| other != 0));
            }
        }
    }
}

impl<const R: usize, const P: usize, const OUTER: usize> JoinMasks<R, P, OUTER> {
    /// Writes one mask from place `start` of a run on. Returns the place behind it.
    fn write(m: &mut [SMatrix<u32, R, P>], start: usize, other: &[u32], size: usize) -> usize {
        if OUTER == 0 {
            flat_mut(m).iter_mut().zip(other).for_each(|(m, other)| *m |= u32::from(*other != 0));
            return 0;
        }
        let length = size / OUTER;
        for (run, other) in flat_mut(m).chunks_exact_mut(R * P / OUTER).zip(other.chunks_exact(length.max(1))) {
            for (to, &other) in run.iter_mut().skip(start).zip(other) {
                *to = other;
            }
        }
        start + length
    }
}

macro_rules! no_gradient {
    ($storage:ident, $x:ty, $dx:ty) => {
        /// A mask has no gradient.
        fn backward<$storage: Storage>(
            &self,
            _: &(),
            _: $x,
            _: &[Self::Output],
            _: &[Self::Output],
            _: Memory<'_, T, ()>,
            _: $dx,
            _: Option<&mut ()>,
        ) {
        }
    };
}

macro_rules! of_masks {
    ($(($name:ident $index:tt $second:ident))+) => {
        impl<
            T: Scalar,
            $($name: Sample<Element = u32>,)+
            const ROWS: usize,
            const COLS: usize,
            const U: usize,
            const V: usize,
            const W: usize,
            const ONES: usize,
        > Layer<T, ($($name,)+)> for AnyMask<ROWS, COLS, U, V, W, ONES>
        {
            type Output = SMatrix<u32, ROWS, COLS>;
            type Weights = ();
            type Scratch<Z: Storage> = ();
            type Cache<Z: Storage> = ();
            const WORK: Work = Work::BySample(0);

            fn forward<Z: Storage>(&self, _: &(), x: ($(&[$name],)+), m: &mut [Self::Output], _: Pass<'_, '_, T, (), ()>) {
                flat_mut(m).fill(0);
                $(Self::or(m, $index, flat(x.$index), $name::SIZE);)+
            }

            no_gradient!(Z, ($(&[$name],)+), ($(Option<&mut [$name]>,)+));
        }

        impl<T: Scalar, $($name: Sample<Element = u32>,)+ const ROWS: usize, const COLS: usize, const OUTER: usize>
            Layer<T, ($($name,)+)> for JoinMasks<ROWS, COLS, OUTER>
        {
            type Output = SMatrix<u32, ROWS, COLS>;
            type Weights = ();
            type Scratch<Z: Storage> = ();
            type Cache<Z: Storage> = ();
            const WORK: Work = Work::BySample(0);

            fn forward<Z: Storage>(&self, _: &(), x: ($(&[$name],)+), m: &mut [Self::Output], _: Pass<'_, '_, T, (), ()>) {
                const { assert!(OUTER == 0 || ROWS * COLS == 0 $(+ $name::SIZE)+, "the steps of all masks together") }
                flat_mut(m).fill(0);
                let start = 0;
                $(let start = Self::write(m, start, flat(x.$index), $name::SIZE);)+
                debug_assert!(OUTER == 0 || start * OUTER == ROWS * COLS);
            }

            no_gradient!(Z, ($(&[$name],)+), ($(Option<&mut [$name]>,)+));
        }
    };
}
crate::tensor::for_each_arity!(of_masks);

impl<T: Scalar, X: Sample, const R: usize, const C: usize> Layer<T, X> for Everywhere<R, C> {
    type Output = SMatrix<u32, R, C>;
    type Weights = ();
    type Scratch<B: Storage> = ();
    type Cache<B: Storage> = ();
    const WORK: Work = Work::BySample(0);

    fn forward<B: Storage>(&self, _: &(), _: &[X], m: &mut [Self::Output], _: Pass<'_, '_, T, (), ()>) {
        flat_mut(m).fill(1);
    }

    no_gradient!(B, &[X], Option<&mut [X]>);
}

impl<
    T: Scalar + Element,
    M: Sample<Element = u32>,
    Y: Sample<Element = T>,
    const R: usize,
    const C: usize,
    const S: usize,
> Layer<T, (M, Y)> for StepMask<R, C, S>
{
    type Output = SMatrix<u32, R, C>;
    type Weights = ();
    type Scratch<B: Storage> = ();
    type Cache<B: Storage> = ();
    const WORK: Work = Work::BySample(0);

    fn forward<B: Storage>(&self, _: &(), (x, _): (&[M], &[Y]), m: &mut [Self::Output], _: Pass<'_, '_, T, (), ()>) {
        const { assert!(if S == 0 { M::SIZE == R * C } else { M::SIZE.is_multiple_of(S) && (R * C).is_multiple_of(S) }) }
        if S == 0 {
            flat_mut(m).iter_mut().zip(flat(x)).for_each(|(m, &x)| *m = x);
            return;
        }
        for (m, x) in flat_mut(m).chunks_exact_mut(R * C / S).zip(flat(x).chunks_exact(M::SIZE / S)) {
            m.fill(u32::from(x.iter().any(|&x| x != 0)));
        }
    }

    no_gradient!(B, (&[M], &[Y]), (Option<&mut [M]>, Option<&mut [Y]>));
}

impl<
    T: Scalar + Element,
    M: Sample<Element = u32>,
    Y: Sample<Element = T>,
    const R: usize,
    const C: usize,
    const PASSES: usize,
> Layer<T, (M, Y)> for PassedMask<R, C, PASSES>
{
    type Output = SMatrix<u32, R, C>;
    type Weights = ();
    type Scratch<B: Storage> = ();
    type Cache<B: Storage> = ();
    const WORK: Work = Work::BySample(0);

    fn forward<B: Storage>(&self, _: &(), (x, _): (&[M], &[Y]), m: &mut [Self::Output], _: Pass<'_, '_, T, (), ()>) {
        const { assert!(PASSES == 0 || M::SIZE == R * C) }
        if PASSES == 0 {
            return flat_mut(m).fill(1);
        }
        flat_mut(m).iter_mut().zip(flat(x)).for_each(|(m, &x)| *m = x);
    }

    no_gradient!(B, (&[M], &[Y]), (Option<&mut [M]>, Option<&mut [Y]>));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::storage::Inline;
    use nalgebra::SVector;

    #[test]
    fn a_merge_counts_what_counts_anywhere() {
        let (a, b) = ([SVector::<u32, 3>::new(0, 1, 0)], [SVector::<u32, 3>::new(0, 0, 1)]);
        let mut m = [SVector::<u32, 3>::repeat(9)];
        type X = (SVector<u32, 3>, SVector<u32, 3>);
        Layer::<f32, X>::forward::<Inline<1>>(&AnyMask::<3, 1>, &(), (&a, &b), &mut m, Pass::inference(&mut ()));
        assert_eq!(m[0].as_slice(), [0, 1, 1]);
    }

    /// One step against three: the bits are those of a merge of (1,) and (3,).
    #[test]
    fn a_mask_that_is_repeated() {
        let a = [SVector::<u32, 1>::new(1), SVector::<u32, 1>::new(0)];
        let b = [SVector::<u32, 3>::new(0, 0, 1); 2];
        let mut m = [SVector::<u32, 3>::repeat(9); 2];
        type X = (SVector<u32, 1>, SVector<u32, 3>);
        Layer::<f32, X>::forward::<Inline<2>>(
            &AnyMask::<3, 1, 1, 1, 1, 0b1000>,
            &(),
            (&a, &b),
            &mut m,
            Pass::inference(&mut ()),
        );
        assert_eq!((m[0].as_slice(), m[1].as_slice()), (&[1, 1, 1][..], &[0, 0, 1][..]));
    }

    #[test]
    fn steps_one_behind_the_other() {
        let a = [SVector::<u32, 2>::new(0, 1), SVector::<u32, 2>::new(1, 0)];
        let b = [SVector::<u32, 3>::new(1, 1, 0), SVector::<u32, 3>::new(0, 0, 1)];
        let mut m = [SVector::<u32, 5>::repeat(9); 2];
        type X = (SVector<u32, 2>, SVector<u32, 3>);
        Layer::<f32, X>::forward::<Inline<2>>(&JoinMasks::<5, 1, 1>, &(), (&a, &b), &mut m, Pass::inference(&mut ()));
        assert_eq!((m[0].as_slice(), m[1].as_slice()), (&[0, 1, 1, 1, 0][..], &[1, 0, 0, 0, 1][..]));
    }

    /// Two rows of 2 and of 1 words, and two tensors beside each other.
    #[test]
    fn other_axes() {
        let (a, b) = ([SMatrix::<u32, 2, 2>::new(0, 1, 1, 0)], [SMatrix::<u32, 1, 2>::new(1, 0)]);
        let mut m = [SMatrix::<u32, 3, 2>::repeat(9)];
        type Behind = (SMatrix<u32, 2, 2>, SMatrix<u32, 1, 2>);
        Layer::<f32, Behind>::forward::<Inline<1>>(
            &JoinMasks::<3, 2, 2>,
            &(),
            (&a, &b),
            &mut m,
            Pass::inference(&mut ()),
        );
        assert_eq!(m[0].as_slice(), [0, 1, 1, 1, 0, 0]);
        let mut m = [SMatrix::<u32, 2, 2>::repeat(9)];
        type Beside = (SMatrix<u32, 2, 2>, SMatrix<u32, 2, 2>);
        let c = [SMatrix::<u32, 2, 2>::new(1, 0, 0, 0)];
        Layer::<f32, Beside>::forward::<Inline<1>>(
            &JoinMasks::<2, 2, 0>,
            &(),
            (&a, &c),
            &mut m,
            Pass::inference(&mut ()),
        );
        assert_eq!(m[0].as_slice(), [1, 1, 1, 0]);
    }

    #[test]
    fn handed_on_or_everywhere() {
        let (x, y) = ([SVector::<u32, 3>::new(0, 1, 0)], [SMatrix::<f32, 2, 3>::zeros()]);
        let mut m = [SVector::<u32, 3>::repeat(9)];
        type X = (SVector<u32, 3>, SMatrix<f32, 2, 3>);
        let of = (&x[..], &y[..]);
        Layer::<f32, X>::forward::<Inline<1>>(&PassedMask::<3, 1, 1>, &(), of, &mut m, Pass::inference(&mut ()));
        assert_eq!(m, x);
        Layer::<f32, X>::forward::<Inline<1>>(&PassedMask::<3, 1, 0>, &(), of, &mut m, Pass::inference(&mut ()));
        assert_eq!(m[0].as_slice(), [1; 3]);
    }

    #[test]
    fn a_step_counts_if_a_part_of_it_does() {
        let x = [SMatrix::<u32, 2, 3>::from_column_slice(&[0, 1, 0, 0, 1, 1])];
        let y = [SMatrix::<f32, 5, 3>::zeros()];
        let mut m = [SVector::<u32, 3>::repeat(9)];
        Layer::<f32, (SMatrix<u32, 2, 3>, SMatrix<f32, 5, 3>)>::forward::<Inline<1>>(
            &StepMask::<3, 1, 3>,
            &(),
            (&x, &y),
            &mut m,
            Pass::inference(&mut ()),
        );
        assert_eq!(m[0].as_slice(), [1, 0, 1]);
        // Each step became two positions.
        let y = [SMatrix::<f32, 5, 6>::zeros()];
        let mut m = [SMatrix::<u32, 2, 3>::repeat(9)];
        Layer::<f32, (SMatrix<u32, 2, 3>, SMatrix<f32, 5, 6>)>::forward::<Inline<1>>(
            &StepMask::<2, 3, 3>,
            &(),
            (&x, &y),
            &mut m,
            Pass::inference(&mut ()),
        );
        assert_eq!(m[0].as_slice(), [1, 1, 0, 0, 1, 1]);
        let mut m = [SMatrix::<u32, 2, 3>::repeat(9)];
        Layer::<f32, (SMatrix<u32, 2, 3>, SMatrix<f32, 5, 6>)>::forward::<Inline<1>>(
            &StepMask::<2, 3, 0>,
            &(),
            (&x, &y),
            &mut m,
            Pass::inference(&mut ()),
        );
        assert_eq!(m, x);
    }
}
