//! A `Bidirectional` in a folded model.
//!
//! ```text
//! W · x + b    of the layer above that of its mirror image: one product, or one row of a table, serves both
//! ```

use super::compute::{Bidirectional, BidirectionalWeights, Merge, Merged};
use crate::layer::Layer;
use crate::layers::recurrent::run::SizesOf;
use crate::layers::recurrent::{Cell, FromGates, Recurrent, Run, Sequence, SequenceParts, Size};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Storage;
use crate::tensor::{Tensors, first_mut, flat, flat_mut};
use crate::weights::fold::{Affine, Layout, Pointwise};
use nalgebra::SMatrix;

impl<T: Scalar, W: Affine<T>> Affine<T> for BidirectionalWeights<W> {
    const SETS: usize = 2;
    const LAYOUT: Layout = W::LAYOUT;

    fn affine(&self, set: usize) -> (&[T], &[T]) {
        if set == 0 { self.forward.affine(0) } else { self.backward.affine(0) }
    }

    fn affine_mut(&mut self, set: usize) -> (&mut [T], &mut [T]) {
        if set == 0 { self.forward.affine_mut(0) } else { self.backward.affine_mut(0) }
    }
}

impl<T: Scalar, W: Pointwise<T>> Pointwise<T> for BidirectionalWeights<W> {
    fn apply(&self, x: &[T], y: &mut [T]) {
        let (f, b) = y.split_at_mut(y.len() / 2);
        self.forward.apply(x, f);
        self.backward.apply(x, b);
    }
}

impl<
    T: Scalar,
    X: Sequence<T, F, U>,
    L: Recurrent,
    const MODE: usize,
    const F: usize,
    const U: usize,
    const O: usize,
    const P: usize,
    const STATES: usize,
> FromGates<T, X> for Bidirectional<L, MODE, F, U, O, P, STATES>
where
    Merge<MODE, STATES>: Merged<T, U, O, P>,
    SizesOf<L>: Run<T, X>,
{
    fn forward_from<B: Storage>(
        &self,
        w: &Self::Weights,
        n: usize,
        gates: SequenceParts<'_, T>,
        mut y: <Self::Output as Tensors>::BatchMut<'_>,
        (scratch, f, b): &mut <Self as Layer<T, X>>::Scratch<B>,
    ) {
        let (f, b) = (first_mut(f, n), first_mut(b, n));
        let mut run = |direction: usize, w: &<L::Cell as Cell>::Weights<T>, out: &mut [SMatrix<T, U, P>]| {
            let options = Self::options(self.layer.options(), direction);
            // There are as many initial states as last states of both directions, or none; then all of these are
            // empty.
            let SequenceParts { states, .. } =
                gates.with_states(direction * <SizesOf<L> as Size>::STATES, <SizesOf<L> as Size>::STATES);
            let pre = |pre: &mut [T]| {
                for (pre, both) in pre
                    .chunks_exact_mut(<SizesOf<L> as Size>::ROWS)
                    .zip(gates.x.chunks_exact(2 * <SizesOf<L> as Size>::ROWS))
                {
                    let (f, b) = both.split_at(<SizesOf<L> as Size>::ROWS);
                    pre.copy_from_slice(if direction == 0 { f } else { b });
                }
            };
            let states = [states[0], states[1]];
            let last = <SizesOf<L> as Run<T, X>>::run_from::<B, _>(
                self.layer.cell(),
                options,
                w,
                n,
                pre,
                states,
                gates.mask,
                flat_mut(out),
                scratch,
            );
            Self::last_states::<T, Self::Output>(direction, last, Self::Output::reborrow(&mut y));
        };
        run(0, &w.forward, f);
        run(1, &w.backward, b);
        Self::outputs::<T, Self::Output>(flat(f), flat(b), y);
    }
}
