//! [`Recurrent`]: a cell that walks over the steps of a sequence, as a layer.

use super::cell::{Cell, Options};
use super::projected::compute::FromGates;
use super::sequence::SequenceParts;
use super::sizes::{Outputs, Run, Size};
use crate::layer::{Ends, Layer, Memory, Pass, Train, Work};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Storage;
use crate::tensor::{FloatTensors, Tensors, copy};
use rand::Rng;

/// A recurrent layer: a [`Cell`] with options for its walk over a sequence. It is a [`Layer`] on every
/// [`Sequence`](super::Sequence).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no recurrent layer",
    note = "`Bidirectional` takes a `SimpleRNN`, an `LSTM`, a `GRU` or an `RNN`",
    note = "explained in nn::errors::nn0316"
)]
pub trait Recurrent {
    /// The cell.
    type Cell: Cell;
    /// The outputs: [`Returns`](super::Returns) with the sizes of the cell.
    type Returns;

    /// Returns the cell.
    fn cell(&self) -> &Self::Cell;
    /// Returns the direction of the layer, and its options for masked steps and training.
    fn options(&self) -> Options;
}

/// A cell with all arguments of a layer is a recurrent layer.
#[diagnostic::do_not_recommend]
impl<C: Cell> Recurrent for C {
    type Cell = C;
    type Returns = C::Returns;

    fn cell(&self) -> &C {
        self
    }

    fn options(&self) -> Options {
        Cell::options(self)
    }
}

/// The sizes of the cell of a layer.
pub(in super::super) type SizesOf<L> = <<L as Recurrent>::Cell as Cell>::Sizes;

/// The one implementation of all recurrent layers.
// Hidden from messages: rustc would tell every other layer on wrong tensors that it is not recurrent.
#[diagnostic::do_not_recommend]
impl<T, X, L> Layer<T, X> for L
where
    T: Scalar,
    X: Tensors,
    L: Recurrent<Returns: Outputs<T>>,
    SizesOf<L>: Run<T, X>,
{
    type Output = <L::Returns as Outputs<T>>::Output;
    type Weights = <L::Cell as Cell>::Weights<T>;
    type Scratch<B: Storage> = <SizesOf<L> as Run<T, X>>::Scratch<B>;
    type Cache<B: Storage> = <SizesOf<L> as Run<T, X>>::Cache<B>;
    const MACS: usize = <SizesOf<L> as Run<T, X>>::MACS;
    const WORK: Work = Work::BySample(Self::MACS);

    fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
        self.cell().start(w, rng);
    }

    fn forward<B: Storage>(
        &self,
        w: &Self::Weights,
        x: X::Batch<'_>,
        mut y: <Self::Output as Tensors>::BatchMut<'_>,
        pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
    ) {
        const {
            let (initial, steps) = (<SizesOf<L> as Run<T, X>>::INITIAL, <L::Returns as Outputs<T>>::STEPS);
            assert!(initial == 0 || initial == <SizesOf<L> as Size>::STATES, "all initial states, or none");
            assert!(steps == 1 || steps == <SizesOf<L> as Run<T, X>>::STEPS, "all steps, or the last one");
        }
        let (cell, x) = (self.cell(), <SizesOf<L> as Run<T, X>>::parts(x).with_mask(pass.mask(0)));
        let flat = Self::Output::flat_mut(Self::Output::reborrow(&mut y), 0);
        let last = <SizesOf<L> as Run<T, X>>::run::<B, _>(cell, self.options(), w, x, flat, pass);
        last_states::<T, Self::Output>(last, y);
    }

    fn backward<B: Storage>(
        &self,
        w: &Self::Weights,
        x: X::Batch<'_>,
        _: <Self::Output as Tensors>::Batch<'_>,
        dy: <Self::Output as Tensors>::Batch<'_>,
        memory: Memory<'_, T, Self::Cache<B>>,
        dx: X::Gradients<'_>,
        dw: Option<&mut Self::Weights>,
    ) {
        let mut dlast: [&[T]; 2] = [&[]; 2];
        for (i, dlast) in dlast.iter_mut().enumerate().take(Self::Output::COUNT - 1) {
            *dlast = Self::Output::flat(dy, 1 + i);
        }
        let x = <SizesOf<L> as Run<T, X>>::parts(x).with_mask(memory.mask(0));
        let dx = <SizesOf<L> as Run<T, X>>::part_gradients(dx);
        let (cell, dy) = (self.cell(), Self::Output::flat(dy, 0));
        <SizesOf<L> as Run<T, X>>::run_back::<B, _>(cell, self.options(), w, x, dy, dlast, memory.own, dx, dw);
    }
}

#[diagnostic::do_not_recommend]
impl<T, X, L> Train<T, X> for L
where
    T: Scalar,
    X: Tensors,
    L: Recurrent<Returns: Outputs<T>>,
    SizesOf<L>: Run<T, X>,
{
    fn constrain(&self, w: &mut Self::Weights) {
        self.cell().bound(w);
    }

    fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
        self.cell().penalty(w, dw)
    }
}

#[diagnostic::do_not_recommend]
impl<T, X, L> Ends<T, X> for L
where
    T: Scalar,
    X: Tensors,
    L: Recurrent<Returns: Outputs<T>>,
    SizesOf<L>: Run<T, X>,
{
}

impl<T, X, L> FromGates<T, X> for L
where
    T: Scalar,
    X: Tensors,
    L: Recurrent<Returns: Outputs<T>>,
    SizesOf<L>: Run<T, X>,
{
    fn forward_from<B: Storage>(
        &self,
        w: &Self::Weights,
        n: usize,
        gates: SequenceParts<'_, T>,
        mut y: <Self::Output as Tensors>::BatchMut<'_>,
        scratch: &mut Self::Scratch<B>,
    ) {
        let flat = Self::Output::flat_mut(Self::Output::reborrow(&mut y), 0);
        let (cell, options, states) = (self.cell(), self.options(), [gates.states[0], gates.states[1]]);
        let pre = |pre: &mut [T]| copy(gates.x, pre);
        let last =
            <SizesOf<L> as Run<T, X>>::run_from::<B, _>(cell, options, w, n, pre, states, gates.mask, flat, scratch);
        last_states::<T, Self::Output>(last, y);
    }
}

/// Writes the last states to the outputs after the first output.
pub(super) fn last_states<T: Scalar, Y: FloatTensors<T>>(last: [&[T]; 2], mut y: Y::BatchMut<'_>) {
    for (i, last) in last.into_iter().enumerate().take(Y::COUNT - 1) {
        copy(last, Y::flat_mut(Y::reborrow(&mut y), 1 + i));
    }
}
