//! [`Cell`]: what the pages of the recurrent layers implement, and what a cell sees of a step.

use super::products::{self, Factors};
use crate::kernels::{self, Machine};
use crate::scalar::Scalar;
use rand::Rng;

/// The maths of a recurrent layer: one step for all samples, there and back. `G` is the number of rows of all gates.
pub(in super::super) trait Cell<T: Scalar, const F: usize, const U: usize, const G: usize> {
    /// The weights.
    type Weights;
    /// Scalars of the second state: `U`, or 0 without one.
    const MEMORY: usize;
    /// Scalars that a step leaves for its backward step, beside its gates.
    const OWN: usize;

    /// The kernel and the bias that the input meets.
    fn input(w: &Self::Weights) -> (&[T], &[T]);
    /// The same of their gradients.
    fn input_mut(dw: &mut Self::Weights) -> (&mut [T], &mut [T]);

    /// From the kernel's product with the input, in `pre`, and the state, to the next state. It is `#[inline(always)]`, to be
    /// compiled for the machine.
    fn forward_step<M: Machine<T>>(&self, machine: M, w: &Self::Weights, at: Step<'_, T>);
    /// From the gradient of the next state to those of `pre` and of the state; also `#[inline(always)]`.
    fn backward_step<M: Machine<T>>(&self, machine: M, w: &Self::Weights, at: StepBack<'_, T>);
    /// The gradients of the weights that the state meets, once those of `pre` are known for all steps. It may overwrite `dz`.
    fn state_gradients(&self, dw: &mut Self::Weights, at: AllSteps<'_, T>);

    /// Fresh weights.
    fn start(&self, w: &mut Self::Weights, rng: &mut dyn Rng);
    /// Keeps the weights within their bounds.
    fn bound(&self, w: &mut Self::Weights);
    /// The penalty on the weights; adds its gradient.
    fn penalty(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T;
}

/// What the walk over the steps has to know of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The part of the input that is dropped.
    pub dropout: f64,
    /// The part of the state that is dropped.
    pub recurrent_dropout: f64,
    /// Whether it goes from the last step to the first.
    pub backwards: bool,
    /// Whether the output of a masked step is zero.
    pub zero_output: bool,
}

/// The rows of one step: one for each sample.
pub(in super::super) struct View<S> {
    data: S,
    steps: usize,
    at: usize,
    len: usize,
}

impl<S> View<S> {
    /// Of rows of `len` scalars, `steps` for each sample, those at step `at`.
    pub(in super::super) fn new(data: S, steps: usize, at: usize, len: usize) -> Self {
        View { data, steps, at, len }
    }
}

impl<T> View<&mut [T]> {
    /// The rows, and how far apart they are.
    #[inline(always)]
    pub(in super::super) fn rows(&mut self) -> (&mut [T], usize) {
        (&mut self.data[self.at * self.len..], self.steps * self.len)
    }

    /// The row of sample `k`.
    #[inline(always)]
    pub(in super::super) fn row(&mut self, k: usize) -> &mut [T] {
        &mut self.data[(k * self.steps + self.at) * self.len..][..self.len]
    }
}

impl<T> View<&[T]> {
    /// The row of sample `k`.
    #[inline(always)]
    pub(in super::super) fn row(&self, k: usize) -> &[T] {
        &self.data[(k * self.steps + self.at) * self.len..][..self.len]
    }
}

/// A step of all samples, forward.
pub(in super::super) struct Step<'a, T> {
    /// The kernel's product with the input; the cell adds what the state gives.
    pub(in super::super) pre: View<&'a mut [T]>,
    /// Where the cell leaves its gates after their activations.
    pub(in super::super) gates: View<&'a mut [T]>,
    /// Where it leaves what else its backward step needs.
    pub(in super::super) own: View<&'a mut [T]>,
    /// `h`, which the step replaces: `U` for each sample.
    pub(in super::super) h: &'a mut [T],
    /// `c`, if there is one.
    pub(in super::super) c: &'a mut [T],
    /// The mask of the state for each gate.
    pub(in super::super) state_mask: Factors<'a, T>,
    /// Room for a product with the recurrent kernel.
    pub(in super::super) product: &'a mut [T],
}

/// A step of all samples, back.
pub(in super::super) struct StepBack<'a, T> {
    /// The gates before their activations.
    pub(in super::super) pre: View<&'a [T]>,
    /// The gates.
    pub(in super::super) gates: View<&'a [T]>,
    /// What the cell left.
    pub(in super::super) own: View<&'a [T]>,
    /// `h` before the step.
    pub(in super::super) h_before: View<&'a [T]>,
    /// `c` before the step.
    pub(in super::super) c_before: View<&'a [T]>,
    /// The mask of the state for each gate.
    pub(in super::super) state_mask: Factors<'a, T>,
    /// Whether this step of a sample counts. Of one that does not, the state passes on and `dz` is zero.
    pub(in super::super) counts: Counts<'a>,
    /// The gradient of `h` after the step, to be replaced by that before it.
    pub(in super::super) dh: &'a mut [T],
    /// The same of `c`.
    pub(in super::super) dc: &'a mut [T],
    /// The gradient of `pre`, to be written: once here, where the samples stand behind each other,
    pub(in super::super) dz: &'a mut [T],
    /// and once here, where it is kept for all steps.
    pub(in super::super) dz_kept: View<&'a mut [T]>,
}

/// All steps of all samples, after the walk back: rows in one order.
pub(in super::super) struct AllSteps<'a, T> {
    /// `h` before each step.
    pub(in super::super) h_before: &'a [T],
    /// The gates.
    pub(in super::super) gates: &'a [T],
    /// What the cell left.
    pub(in super::super) own: &'a [T],
    /// The gradient of `pre`.
    pub(in super::super) dz: &'a mut [T],
    /// The mask of the state for each gate.
    pub(in super::super) state_mask: Factors<'a, T>,
}

/// Which samples count at a step.
#[derive(Clone, Copy)]
pub(in super::super) struct Counts<'a> {
    mask: &'a [u32],
    steps: usize,
    at: usize,
}

impl<'a> Counts<'a> {
    /// At step `at` of `steps`.
    pub(in super::super) fn new(mask: &'a [u32], steps: usize, at: usize) -> Self {
        Counts { mask, steps, at }
    }

    /// Whether sample `k` counts.
    #[inline(always)]
    pub(in super::super) fn sample(&self, k: usize) -> bool {
        self.mask.is_empty() || self.mask[k * self.steps + self.at] != 0
    }
}

/// `pre += V · (m ⊙ h)` for all gates; `room` is for `G` scalars of each sample.
#[inline(always)]
pub(in super::super) fn add_state<T: Scalar, M: Machine<T>, const U: usize, const G: usize>(
    machine: M,
    v: &[T],
    h: &[T],
    m: Factors<'_, T>,
    pre: &mut View<&mut [T]>,
    room: &mut [T],
) {
    if m.m.is_empty() {
        let (pre, stride) = pre.rows();
        return machine.add_product::<U, G>(v, h, pre, stride, room);
    }
    room.fill(T::ZERO);
    products::add::<T, U, U, G>(0..G / U, v, h, m, room);
    for (k, room) in room.chunks_exact(G).enumerate() {
        let pre = pre.row(k);
        for g in 0..G {
            pre[g] += room[g];
        }
    }
}

/// `y = V · (m ⊙ h) + b` for all gates
#[inline]
pub(in super::super) fn meet_state<T: Scalar, const U: usize, const G: usize>(
    v: &[T],
    b: &[T],
    h: &[T],
    m: Factors<'_, T>,
    y: &mut [T],
) {
    if m.m.is_empty() {
        return kernels::affine::<T, U, G>(v, b, h, y);
    }
    fill_rows::<T, G>(b, y);
    products::add::<T, U, U, G>(0..G / U, v, h, m, y);
}

/// `dh += m ⊙ (Vᵀ · dy)` for all gates
#[inline]
pub(in super::super) fn meet_state_back<T: Scalar, const U: usize, const G: usize>(
    v: &[T],
    dy: &[T],
    m: Factors<'_, T>,
    dh: &mut [T],
) {
    if m.m.is_empty() {
        return kernels::add_transposed::<T, U, G>(v, dy, dh);
    }
    products::add_transposed::<T, U, U, G>(0..G / U, v, dy, m, dh);
}

/// `dV += dy · (m ⊙ h)ᵀ` for all gates
#[inline]
pub(in super::super) fn add_state_outer<T: Scalar, const U: usize, const G: usize>(
    dv: &mut [T],
    h: &[T],
    m: Factors<'_, T>,
    dy: &[T],
) {
    if m.m.is_empty() {
        return kernels::add_outer::<T, U, G>(dv, h, dy);
    }
    products::add_outer::<T, U, U, G>(0..G / U, dv, h, m, dy);
}

/// Sets each row to `b`, or to zero if that is empty.
#[inline]
pub(super) fn fill_rows<T: Scalar, const G: usize>(b: &[T], y: &mut [T]) {
    if b.is_empty() {
        return y.fill(T::ZERO);
    }
    for y in y.chunks_exact_mut(G) {
        y.copy_from_slice(b);
    }
}
