//! [`Cell`]: what the pages of the recurrent layers implement, and what a cell sees of a step.

use super::products::{self, Factors};
use super::sizes::Size;
use crate::kernels::{self, Machine};
use crate::scalar::Scalar;
use crate::weights::Weights;
use rand::Rng;

/// The maths of a recurrent layer: one step for all samples, there and back.
pub trait Cell: Sized {
    /// How much it has of what: [`Sizes`](super::Sizes).
    type Sizes: Size;
    /// The weights.
    type Weights<T: Scalar>: Weights<T>;
    /// What it gives as a layer: [`Returns`](super::Returns).
    type Returns;
    /// Whether the constants of its type fit each other.
    const FITS: bool = true;

    /// Its direction as a layer, and what it does with masked steps and while training.
    fn options(&self) -> Options {
        Options::default()
    }

    /// The kernel and the bias that the input meets.
    fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]);
    /// The same of their gradients.
    fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]);

    /// From the kernel's product with the input, in `pre`, and the state, to the next state. It is `#[inline(always)]`, to be
    /// compiled for the machine.
    fn forward_step<T: Scalar, M: Machine<T>>(&self, machine: M, w: &Self::Weights<T>, at: Step<'_, T>);
    /// From the gradient of the next state to those of `pre` and of the state; also `#[inline(always)]`.
    fn backward_step<T: Scalar, M: Machine<T>>(&self, machine: M, w: &Self::Weights<T>, at: StepBack<'_, T>);
    /// The gradients of the weights that the state meets, once those of `pre` are known for all steps. It may overwrite `dz`.
    fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>);

    /// Fresh weights.
    fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, rng: &mut dyn Rng);

    /// Keeps the weights within their bounds.
    fn bound<T: Scalar>(&self, w: &mut Self::Weights<T>) {
        let _ = w;
    }

    /// The penalty on the weights; adds its gradient.
    fn penalty<T: Scalar>(&self, w: &Self::Weights<T>, dw: Option<&mut Self::Weights<T>>) -> T {
        let (_, _) = (w, dw);
        T::ZERO
    }
}

/// What the walk over the steps has to know of a layer.
#[derive(Clone, Copy, Debug, Default)]
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
pub struct View<S> {
    data: S,
    steps: usize,
    at: usize,
    len: usize,
}

impl<S> View<S> {
    /// Of rows of `len` scalars, `steps` for each sample, those at step `at`.
    pub fn new(data: S, steps: usize, at: usize, len: usize) -> Self {
        View { data, steps, at, len }
    }
}

impl<T> View<&mut [T]> {
    /// The rows, and how far apart they are.
    #[inline(always)]
    pub fn rows(&mut self) -> (&mut [T], usize) {
        (&mut self.data[self.at * self.len..], self.steps * self.len)
    }

    /// The row of sample `k`.
    #[inline(always)]
    pub fn row(&mut self, k: usize) -> &mut [T] {
        &mut self.data[(k * self.steps + self.at) * self.len..][..self.len]
    }
}

impl<T> View<&[T]> {
    /// The row of sample `k`.
    #[inline(always)]
    pub fn row(&self, k: usize) -> &[T] {
        &self.data[(k * self.steps + self.at) * self.len..][..self.len]
    }
}

/// A step of all samples, forward.
pub struct Step<'a, T> {
    /// The kernel's product with the input; the cell adds what the state gives.
    pub pre: View<&'a mut [T]>,
    /// Where the cell leaves its gates after their activations.
    pub gates: View<&'a mut [T]>,
    /// Where it leaves what else its backward step needs.
    pub own: View<&'a mut [T]>,
    /// `h`, which the step replaces: `U` for each sample.
    pub h: &'a mut [T],
    /// `c`, if there is one.
    pub c: &'a mut [T],
    /// The mask of the state for each gate.
    pub state_mask: Factors<'a, T>,
    /// Room for a product with the recurrent kernel.
    pub product: &'a mut [T],
}

/// A step of all samples, back.
pub struct StepBack<'a, T> {
    /// The gates before their activations.
    pub pre: View<&'a [T]>,
    /// The gates.
    pub gates: View<&'a [T]>,
    /// What the cell left.
    pub own: View<&'a [T]>,
    /// `h` before the step.
    pub h_before: View<&'a [T]>,
    /// `c` before the step.
    pub c_before: View<&'a [T]>,
    /// The mask of the state for each gate.
    pub state_mask: Factors<'a, T>,
    /// Whether this step of a sample counts. Of one that does not, the state passes on and `dz` is zero.
    pub counts: Counts<'a>,
    /// The gradient of `h` after the step, to be replaced by that before it.
    pub dh: &'a mut [T],
    /// The same of `c`.
    pub dc: &'a mut [T],
    /// The gradient of `pre`, to be written: once here, where the samples stand behind each other,
    pub dz: &'a mut [T],
    /// and once here, where it is kept for all steps.
    pub dz_kept: View<&'a mut [T]>,
}

/// All steps of all samples, after the walk back: rows in one order.
pub struct AllSteps<'a, T> {
    /// `h` before each step.
    pub h_before: &'a [T],
    /// The gates.
    pub gates: &'a [T],
    /// What the cell left.
    pub own: &'a [T],
    /// The gradient of `pre`.
    pub dz: &'a mut [T],
    /// The mask of the state for each gate.
    pub state_mask: Factors<'a, T>,
}

/// Which samples count at a step.
#[derive(Clone, Copy)]
pub struct Counts<'a> {
    mask: &'a [u32],
    steps: usize,
    at: usize,
}

impl<'a> Counts<'a> {
    /// At step `at` of `steps`.
    pub fn new(mask: &'a [u32], steps: usize, at: usize) -> Self {
        Counts { mask, steps, at }
    }

    /// Whether sample `k` counts.
    #[inline(always)]
    pub fn sample(&self, k: usize) -> bool {
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
