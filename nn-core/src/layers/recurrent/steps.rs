//! The walk over the steps of a sequence, forward and backward, from the input's share of the gates. It is compiled
//! for the machine as a whole.

use super::cell::{Cell, Options, Step, StepBack};
use super::memory::{KeptSlices, Training};
use super::products::Factors;
use super::sizes::Size;
use super::view::{Counts, View};
use crate::kernels::{Simd, WithSimd, prefetch};
use crate::tensor::copy;
use crate::tensor::scalar::Scalar;

/// The forward pass, from `memory.pre`. `y` receives all steps of each sample, or the last one; `memory` keeps the
/// last states.
pub(in super::super) struct Forward<'a, 'm, T, L: Cell, const U: usize, const G: usize>
where
    T: Scalar,
{
    pub(in super::super) cell: &'a L,
    pub(in super::super) options: Options,
    pub(in super::super) w: &'a L::Weights<T>,
    pub(in super::super) steps: usize,
    /// The initial `h` and `c`; empty for zero states.
    pub(in super::super) states: [&'a [T]; 2],
    /// Whether a step counts, for each step of each sample; empty if all do.
    pub(in super::super) mask: &'a [u32],
    /// Whether the state has dropout.
    pub(in super::super) dropped: bool,
    pub(in super::super) y: &'a mut [T],
    pub(in super::super) memory: &'a mut KeptSlices<'m, T>,
}

impl<T: Scalar, L: Cell, const U: usize, const G: usize> WithSimd<T> for Forward<'_, '_, T, L, U, G> {
    type Output = ();

    #[inline(always)]
    fn run<M: Simd<T>>(self, simd: M) {
        let Forward { cell, options, w, steps, states, mask, dropped, y, memory } = self;
        let n = memory.h.len() / U;
        let state_mask = factors(memory.training.as_ref(), dropped, 1);
        // The backward pass needs the state before a step, and so do samples whose step does not count.
        let keeps = memory.training.is_some() || !mask.is_empty();
        // The output is all steps, or only the last one; in that case earlier steps may use its place.
        let last_only = y.len() == n * U;
        begin(memory.h, states[0]);
        begin(memory.c, states[1]);
        for t in 0..steps {
            let at = options.step(t, steps);
            let counts = Counts::new(mask, steps, at);
            // A prediction has room for one step, which all steps share.
            let kept = if memory.steps == steps { at } else { 0 };
            let mut h_before = View::new(&mut *memory.h_before, memory.steps, kept, U);
            let mut c_before = View::new(&mut *memory.c_before, memory.steps, kept, <L::Sizes as Size>::MEMORY);
            if keeps {
                keep::<T, U>(memory.h, &mut h_before);
                keep::<T, U>(memory.c, &mut c_before);
            }
            let step = Step {
                pre: View::new(&mut *memory.pre, steps, at, G),
                gates: View::new(&mut *memory.gates, memory.steps, kept, G),
                own: View::new(&mut *memory.own, memory.steps, kept, <L::Sizes as Size>::OWN),
                h: &mut *memory.h,
                c: &mut *memory.c,
                state_mask,
                product: &mut *memory.product,
            };
            cell.forward_step(simd, w, step);
            if t + 1 < steps {
                fetch(memory.pre, n, steps, options.step(t + 1, steps), G);
            }
            if last_only && mask.is_empty() && t + 1 < steps {
                continue;
            }
            // y[t] = h where the step counts; else the state and the output of the step before
            let (rows, row) = if last_only { (1, 0) } else { (steps, t) };
            for (k, (h, y)) in memory.h.chunks_exact(U).zip(y.chunks_mut((rows * U).max(1))).enumerate() {
                let Some((before, y)) = y.split_at_mut_checked(row * U) else { return };
                let Some(y) = y.first_chunk_mut::<U>() else { return };
                if counts.sample(k) {
                    y.copy_from_slice(h);
                } else if t == 0 || options.zero_output {
                    y.fill(T::ZERO);
                } else if let Some(before) = before.last_chunk::<U>() {
                    y.copy_from_slice(before);
                }
            }
            if !mask.is_empty() {
                restore::<T, U>(counts, &h_before, memory.h);
                restore::<T, U>(counts, &c_before, memory.c);
            }
        }
    }
}

/// The backward pass. It needs the memory of a training pass, `dy` (the gradient of `y`) and `dlast` (the gradients of
/// the last states, empty if they are zero). It computes the gradient of `memory.pre` for all steps, and leaves the
/// gradients of the initial states in `memory.h` and `memory.c`.
pub(in super::super) struct Backward<'a, 'm, T, L: Cell, const U: usize, const G: usize>
where
    T: Scalar,
{
    pub(in super::super) cell: &'a L,
    pub(in super::super) options: Options,
    pub(in super::super) w: &'a L::Weights<T>,
    pub(in super::super) steps: usize,
    /// Whether a step counts, for each step of each sample; empty if all do.
    pub(in super::super) mask: &'a [u32],
    /// Whether the state had dropout.
    pub(in super::super) dropped: bool,
    pub(in super::super) dy: &'a [T],
    pub(in super::super) dlast: [&'a [T]; 2],
    pub(in super::super) memory: &'a mut KeptSlices<'m, T>,
}

impl<T: Scalar, L: Cell, const U: usize, const G: usize> WithSimd<T> for Backward<'_, '_, T, L, U, G> {
    type Output = ();

    #[inline(always)]
    fn run<M: Simd<T>>(self, simd: M) {
        let Backward { cell, options, w, steps, mask, dropped, dy, dlast, memory } = self;
        let n = memory.h.len() / U;
        let Some(training) = memory.training.as_mut() else { return };
        begin(memory.h, dlast[0]);
        begin(memory.c, dlast[1]);
        let last_only = dy.len() == n * U;
        begin(training.carry, if last_only { dy } else { &[] });
        for t in (0..steps).rev() {
            let at = options.step(t, steps);
            let counts = Counts::new(mask, steps, at);
            // y[t] = h where the step counts, so dh += dy[t]; else y[t] = y[t-1], whose gradient dy[t] joins, or 0
            let dy = View::new(if last_only { &[] } else { dy }, steps, t, U);
            let samples = training.carry.chunks_exact_mut(U).zip(memory.h.chunks_exact_mut(U));
            for (k, (carry, dh)) in samples.enumerate() {
                if let Some(dy) = dy.get::<U>(k) {
                    add(carry, dy);
                }
                if counts.sample(k) {
                    add(dh, carry);
                }
                if counts.sample(k) || options.zero_output {
                    carry.fill(T::ZERO);
                }
            }
            let step = StepBack {
                pre: View::new(&*memory.pre, steps, at, G),
                gates: View::new(&*memory.gates, steps, at, G),
                own: View::new(&*memory.own, steps, at, <L::Sizes as Size>::OWN),
                h_before: View::new(&*memory.h_before, steps, at, U),
                c_before: View::new(&*memory.c_before, steps, at, <L::Sizes as Size>::MEMORY),
                state_mask: Factors { m: if dropped { &*training.state_mask } else { &[] }, per: 1 },
                counts,
                dh: &mut *memory.h,
                dc: &mut *memory.c,
                dz: &mut *memory.product,
                dz_kept: View::new(&mut *training.dz, steps, at, G),
            };
            cell.backward_step(simd, w, step);
            if t > 0 {
                let next = options.step(t - 1, steps);
                fetch(memory.gates, n, steps, next, G);
                fetch(memory.own, n, steps, next, <L::Sizes as Size>::OWN);
                fetch(memory.c_before, n, steps, next, <L::Sizes as Size>::MEMORY);
            }
        }
    }
}

/// Starts to fetch the samples' rows of `len` scalars at a step, because these are far from each other.
#[inline(always)]
fn fetch<T>(data: &[T], n: usize, steps: usize, at: usize, len: usize) {
    if n > 1 {
        for row in data.get(at * len..).unwrap_or_default().chunks((steps * len).max(1)) {
            prefetch(row.get(..len).unwrap_or_default());
        }
    }
}

/// Returns the factors of the state that a training pass has drawn, for samples of `per` rows.
#[inline(always)]
fn factors<'a, T: Scalar>(training: Option<&'a Training<'_, T>>, dropped: bool, per: usize) -> Factors<'a, T> {
    match training {
        Some(training) if dropped => Factors { m: training.state_mask, per },
        _ => Factors::ONE,
    }
}

impl Options {
    /// Returns the step that is processed as number `t`.
    #[inline(always)]
    fn step(&self, t: usize, steps: usize) -> usize {
        if self.backwards { steps - 1 - t } else { t }
    }
}

/// Sets the first state of a walk.
#[inline(always)]
fn begin<T: Scalar>(state: &mut [T], first: &[T]) {
    if first.is_empty() { state.fill(T::ZERO) } else { copy(first, state) }
}

/// Keeps the state before a step. A state that the cell does not have is empty.
#[inline(always)]
fn keep<T: Scalar, const U: usize>(state: &[T], before: &mut View<&mut [T]>) {
    for (k, state) in state.chunks_exact(U).enumerate() {
        if let Some(before) = before.get_mut::<U>(k) {
            before.copy_from_slice(state);
        }
    }
}

/// Restores the state before a step, for the samples whose step does not count.
#[inline(always)]
fn restore<T: Scalar, const U: usize>(counts: Counts<'_>, before: &View<&mut [T]>, state: &mut [T]) {
    for (k, state) in state.chunks_exact_mut(U).enumerate() {
        if let (false, Some(before)) = (counts.sample(k), before.get::<U>(k)) {
            state.copy_from_slice(before);
        }
    }
}

/// `a += b`
#[inline(always)]
pub(super) fn add<T: Scalar>(a: &mut [T], b: &[T]) {
    for (a, &b) in a.iter_mut().zip(b) {
        *a += b;
    }
}

/// One step of one sample of a stream: from `pre`, which is overwritten, and the state to the next state.
pub(in super::super) struct Single<'a, T, L: Cell, const U: usize, const G: usize, const K: usize>
where
    T: Scalar,
{
    pub(in super::super) cell: &'a L,
    pub(in super::super) w: &'a L::Weights<T>,
    pub(in super::super) pre: &'a mut [T],
    pub(in super::super) h: &'a mut [T],
    pub(in super::super) c: &'a mut [T],
}

impl<T: Scalar, L: Cell, const U: usize, const G: usize, const K: usize> WithSimd<T> for Single<'_, T, L, U, G, K> {
    type Output = ();

    #[inline(always)]
    fn run<M: Simd<T>>(self, simd: M) {
        let (mut gates, mut product, mut own) = ([T::ZERO; G], [T::ZERO; G], [T::ZERO; K]);
        let step = Step {
            pre: View::new(self.pre, 1, 0, G),
            gates: View::new(&mut gates, 1, 0, G),
            own: View::new(&mut own, 1, 0, K),
            // One sample; the slice lengths tell the compiler.
            h: &mut self.h[..U],
            c: &mut self.c[..<L::Sizes as Size>::MEMORY],
            state_mask: Factors::ONE,
            product: &mut product,
        };
        self.cell.forward_step(simd, self.w, step);
    }
}
