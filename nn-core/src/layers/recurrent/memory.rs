//! The memory of a recurrent layer, and its slices for a pass.

use super::sequence::Sequence;
use super::sizes::States;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::{Storage, buffers};
use crate::tensor::{Sample, first_mut, flat_mut};
use nalgebra::{SMatrix, SVector};

/// The maximum number of gates.
const GATES: usize = 4;

buffers! {
    /// Memory of every pass: `G` rows of gates, the states `S` of `U` units, and `K` scalars of the cell for each
    /// step. `R` has the kept steps: all, or one.
    pub struct Kept<
        B: Storage, T: Scalar, X: Sequence<T, F, U>, R: Sequence<T, F, U>, S: States;
        F, U, G, K
    > {
        pre: B::Of<X::Rows<G>>,
        gates: B::Of<R::Rows<G>>,
        own: B::Of<R::Rows<K>>,
        h_before: B::Of<R::Rows<U>>,
        c_before: B::Of<S::Second<R::Rows<U>>>,
        h: B::Of<SVector<T, U>>,
        c: B::Of<S::Second<SVector<T, U>>>,
        product: B::Of<SVector<T, G>>,
    }

    /// Memory of a training pass for its backward pass. The constants are those of `Kept`; `D` is `F` if the input has
    /// dropout, else 0.
    pub struct Cache<B: Storage, T: Scalar, X: Sequence<T, F, U>, S: States; F, U, G, K, D> {
        kept: Kept<B, T, X, X, S, F, U, G, K>,
        dz: B::Of<X::Rows<G>>,
        carry: B::Of<SVector<T, U>>,
        dropped: B::Of<X::Rows<D>>,
        input_mask: B::Of<SMatrix<T, D, GATES>>,
        state_mask: B::Of<SVector<T, G>>,
    }
}

/// Working memory of a prediction: the gates and states of one step, which all steps share.
pub type Scratch<B, T, X, S, const F: usize, const U: usize, const G: usize, const K: usize> =
    Kept<B, T, X, SMatrix<T, F, 1>, S, F, U, G, K>;

/// Returns the scalars of the first `n` samples of a buffer, even if they have none.
fn slice<S: Sample>(samples: &mut [S], n: usize) -> &mut [S::Element] {
    if S::SIZE == 0 { &mut [] } else { flat_mut(first_mut(samples, n)) }
}

/// The slices of both kinds of memory. "Rows" means one row for each step of each sample.
pub(in super::super) struct KeptSlices<'a, T> {
    /// The number of steps for which the next four have rows: all in a training pass, one in a prediction.
    pub(super) steps: usize,
    /// The gates after their activations: rows of `G`.
    pub(super) gates: &'a mut [T],
    /// The values that the cell itself keeps: rows of `K`.
    pub(super) own: &'a mut [T],
    /// `h` before the step: rows of `U`.
    pub(super) h_before: &'a mut [T],
    /// `c` before the step: rows of `U`, or empty.
    pub(super) c_before: &'a mut [T],
    /// The gates before their activations: rows of `G`, for all steps.
    pub(in super::super) pre: &'a mut [T],
    /// The running `h`, and its gradient in the backward pass: `U` scalars for each sample.
    pub(super) h: &'a mut [T],
    /// The running `c`, and its gradient: `U` scalars for each sample, or empty.
    pub(super) c: &'a mut [T],
    /// A product of one step, and the gradient of `pre` at one step: `G` scalars for each sample.
    pub(super) product: &'a mut [T],
    /// The slices of a training pass only.
    pub(super) training: Option<Training<'a, T>>,
}

impl<'a, T> KeptSlices<'a, T> {
    /// Returns the running states; after a forward pass, the last states.
    pub(in super::super) fn states(self) -> [&'a [T]; 2] {
        [self.h, self.c]
    }
}

/// The slices that only a training pass has.
pub(in super::super) struct Training<'a, T> {
    /// The gradient of `pre`: rows of `G`.
    pub(super) dz: &'a mut [T],
    /// The gradient of an output that masked steps after it repeat: `U` scalars for each sample.
    pub(super) carry: &'a mut [T],
    /// The input with its mask: rows of `F`; empty without dropout.
    pub(super) dropped: &'a mut [T],
    /// The mask of the input: `F` scalars for each sample, or `F` for each gate of each sample; empty without dropout.
    pub(super) input_mask: &'a mut [T],
    /// The mask of the state for each gate: `G` scalars for each sample.
    pub(super) state_mask: &'a mut [T],
}

impl<
    B: Storage,
    T: Scalar,
    X: Sequence<T, F, U>,
    R: Sequence<T, F, U>,
    S: States,
    const F: usize,
    const U: usize,
    const G: usize,
    const K: usize,
> Kept<B, T, X, R, S, F, U, G, K>
{
    /// Returns the slices of `n` samples.
    pub(in super::super) fn slices(&mut self, n: usize) -> KeptSlices<'_, T> {
        KeptSlices {
            steps: R::STEPS,
            gates: slice(&mut self.gates, n),
            own: slice(&mut self.own, n),
            h_before: slice(&mut self.h_before, n),
            c_before: slice(&mut self.c_before, n),
            pre: slice(&mut self.pre, n),
            h: slice(&mut self.h, n),
            c: slice(&mut self.c, n),
            product: slice(&mut self.product, n),
            training: None,
        }
    }
}

impl<
    B: Storage,
    T: Scalar,
    X: Sequence<T, F, U>,
    S: States,
    const F: usize,
    const U: usize,
    const G: usize,
    const K: usize,
    const D: usize,
> Cache<B, T, X, S, F, U, G, K, D>
{
    /// Returns the slices of `n` samples.
    pub(in super::super) fn slices(&mut self, n: usize) -> KeptSlices<'_, T> {
        let training = Training {
            dz: slice(&mut self.dz, n),
            carry: slice(&mut self.carry, n),
            dropped: slice(&mut self.dropped, n),
            input_mask: slice(&mut self.input_mask, n),
            state_mask: slice(&mut self.state_mask, n),
        };
        KeptSlices { training: Some(training), ..self.kept.slices(n) }
    }
}
