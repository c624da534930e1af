//! The walk over the steps of a sequence, forward and backward.
//!
//! ```text
//! for t in the order of processing, with h and c zero or the initial states at first:
//!     (h', c') = cell(x[t], h, c)
//!     (h, c)   = (h', c')    where step t counts, else unchanged
//!     y[t]     = h'          where step t counts, else y[t-1], or 0 before the first one and with `zero_output_for_mask`
//! ```
//!
//! The input's share of the gates, `W · x + b`, depends on no state. It is one product over all steps of all samples,
//! and so are the gradients of the weights and of the input. Between them, each step takes one product of all samples.
//!
//! The dropped parts of the input and of the state are drawn once for each sequence and are the same at all its steps.
//! As in Keras, each gate draws its own parts if there is a `recurrent_dropout`, and with a rate of 1 a layer with
//! gates drops nothing.

use super::cell::{AllSteps, Cell, Options, fill_rows};
use super::memory::{Cache, Scratch, Training};
use super::products::{self, Factors};
use super::sequence::{Sequence, SequenceGradients, SequenceParts};
use super::sizes::{Run, Sizes, States};
use super::steps::{Backward, Forward, add};
use crate::kernels;
use crate::layer::{Mode, Pass};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Storage;
use rand::RngExt;

/// The dropout of the input.
#[derive(Clone, Copy, PartialEq)]
enum Dropping {
    /// No dropout.
    Nothing,
    /// The same mask for all gates.
    Once,
    /// A mask of its own for each gate.
    ByGate,
}

/// Whether a rate drops anything in a layer with this number of gates.
fn drops(rate: f64, gates: usize) -> bool {
    rate > 0.0 && (rate < 1.0 || gates == 1)
}

impl Options {
    /// Returns the dropout of the input, given the room for it.
    fn dropping(&self, room: bool, gates: usize) -> Dropping {
        debug_assert!(room || self.dropout == 0.0, "the layer's type has no room for the dropped input");
        match (room && drops(self.dropout, gates), gates > 1 && self.recurrent_dropout != 0.0) {
            (false, _) => Dropping::Nothing,
            (true, false) => Dropping::Once,
            (true, true) => Dropping::ByGate,
        }
    }
}

/// Draws a mask: 0 for the dropped part, and the compensating factor for the rest.
fn draw<T: Scalar>(rate: f64, m: &mut [T], mode: &mut Mode<'_, '_>) {
    if !mode.has_noise() {
        return m.fill(T::ONE);
    }
    let keep = T::of(1.0 / (1.0 - rate));
    for m in m {
        *m = if mode.rng.random::<f64>() < rate { T::ZERO } else { keep };
    }
}

/// Computes `y = m ⊙ x` for the steps of each sample.
fn drop_input<T: Scalar, const F: usize>(m: &[T], x: &[T], steps: usize, y: &mut [T]) {
    let of_sample = (steps * F).max(1);
    for ((y, x), m) in y.chunks_mut(of_sample).zip(x.chunks(of_sample)).zip(m.chunks_exact(F)) {
        for (y, x) in y.chunks_exact_mut(F).zip(x.chunks_exact(F)) {
            for f in 0..F {
                y[f] = m[f] * x[f];
            }
        }
    }
}

impl<
    T: Scalar,
    X: Sequence<T, F, U>,
    S: States,
    const F: usize,
    const U: usize,
    const G: usize,
    const K: usize,
    const D: usize,
> Run<T, X> for Sizes<F, U, G, S, K, D>
{
    type Scratch<B: Storage> = Scratch<B, T, X, S, F, U, G, K>;
    type Cache<B: Storage> = Cache<B, T, X, S, F, U, G, K, D>;
    const STEPS: usize = X::STEPS;
    const INITIAL: usize = X::STATES;

    fn parts<'a>(x: X::Batch<'a>) -> SequenceParts<'a, T> {
        X::parts(x)
    }

    fn part_gradients<'a>(dx: X::Gradients<'a>) -> SequenceGradients<'a, T> {
        X::part_gradients(dx)
    }

    fn run<'a, B: Storage, C: Cell<Sizes = Self>>(
        cell: &C,
        options: Options,
        w: &C::Weights<T>,
        x: SequenceParts<'_, T>,
        y: &mut [T],
        pass: Pass<'a, '_, T, Self::Scratch<B>, Self::Cache<B>>,
    ) -> [&'a [T]; 2] {
        const { assert!(C::FITS && G.is_multiple_of(U) && (D == 0 || D == F), "the constants fit each other") }
        let (steps, n) = (X::STEPS, x.x.len() / (X::STEPS * F));
        let (mut memory, mode) = match pass {
            Pass::Inference(memory) => (memory.own.slices(n), None),
            Pass::Training(memory, mode) => (memory.own.slices(n), Some(mode)),
        };
        let mut dropped = false;
        match (memory.training.as_mut(), mode) {
            (Some(training), Some(mut mode)) => {
                meet_input::<T, C, F, U, G>(options, w, steps, x.x, training, memory.pre, &mut mode);
                dropped = drops(options.recurrent_dropout, G / U);
                if dropped {
                    draw(options.recurrent_dropout, training.state_mask, &mut mode);
                }
            }
            _ => {
                let (kernel, bias) = C::input::<T>(w);
                kernels::affine::<T, F, G>(kernel, bias, x.x, memory.pre);
            }
        }
        let (states, mask) = ([x.states[0], x.states[1]], x.mask);
        kernels::with_simd(Forward::<T, C, U, G> {
            cell,
            options,
            w,
            steps,
            states,
            mask,
            dropped,
            y,
            memory: &mut memory,
        });
        memory.states()
    }

    fn run_from<'a, B: Storage, C: Cell<Sizes = Self>>(
        cell: &C,
        options: Options,
        w: &C::Weights<T>,
        n: usize,
        pre: impl FnOnce(&mut [T]),
        states: [&[T]; 2],
        mask: &[u32],
        y: &mut [T],
        scratch: &'a mut Self::Scratch<B>,
    ) -> [&'a [T]; 2] {
        let (mut memory, steps, dropped) = (scratch.slices(n), X::STEPS, false);
        pre(memory.pre);
        kernels::with_simd(Forward::<T, C, U, G> {
            cell,
            options,
            w,
            steps,
            states,
            mask,
            dropped,
            y,
            memory: &mut memory,
        });
        memory.states()
    }

    fn run_back<B: Storage, C: Cell<Sizes = Self>>(
        cell: &C,
        options: Options,
        w: &C::Weights<T>,
        x: SequenceParts<'_, T>,
        dy: &[T],
        dlast: [&[T]; 2],
        cache: &mut Self::Cache<B>,
        mut dx: SequenceGradients<'_, T>,
        mut dw: Option<&mut C::Weights<T>>,
    ) {
        let (steps, n, dropped) = (X::STEPS, x.x.len() / (X::STEPS * F), drops(options.recurrent_dropout, G / U));
        let memory = &mut cache.slices(n);
        kernels::with_simd(Backward::<T, C, U, G> {
            cell,
            options,
            w,
            steps,
            mask: x.mask,
            dropped,
            dy,
            dlast,
            memory,
        });
        let Some(training) = memory.training.as_mut() else { return };
        for (dx, dh) in dx.states.iter_mut().zip([&*memory.h, &*memory.c]) {
            if let Some(dx) = dx {
                add(dx, dh);
            }
        }
        meet_input_back::<T, C, F, U, G>(options, w, steps, x.x, training, dx.x, dw.as_deref_mut());
        if let Some(dw) = dw {
            let all = AllSteps {
                h_before: memory.h_before,
                gates: memory.gates,
                own: memory.own,
                dz: training.dz,
                state_mask: Factors { m: if dropped { training.state_mask } else { &[] }, per: steps },
            };
            cell.state_gradients(dw, all);
        }
    }
}

/// Computes `pre = W · (m ⊙ x) + b` with a freshly drawn `m`.
fn meet_input<T, L, const F: usize, const U: usize, const G: usize>(
    options: Options,
    w: &L::Weights<T>,
    steps: usize,
    x: &[T],
    training: &mut Training<'_, T>,
    pre: &mut [T],
    mode: &mut Mode<'_, '_>,
) where
    T: Scalar,
    L: Cell,
{
    let ((kernel, bias), samples) = (L::input::<T>(w), x.len() / (steps * F));
    match options.dropping(!training.dropped.is_empty(), G / U) {
        Dropping::Nothing => kernels::affine::<T, F, G>(kernel, bias, x, pre),
        Dropping::Once => {
            let m = training.input_mask.get_mut(..samples * F).unwrap_or_default();
            draw(options.dropout, m, mode);
            drop_input::<T, F>(m, x, steps, training.dropped);
            kernels::affine::<T, F, G>(kernel, bias, training.dropped, pre);
        }
        Dropping::ByGate => {
            let m = training.input_mask.get_mut(..samples * (G / U) * F).unwrap_or_default();
            draw(options.dropout, m, mode);
            fill_rows::<T, G>(bias, pre);
            products::add::<T, F, U, G>(0..G / U, kernel, x, Factors { m, per: steps }, pre);
        }
    }
}

/// Computes the gradients of `pre = W · (m ⊙ x) + b` from `dz`, the gradient of `pre`.
fn meet_input_back<T, L, const F: usize, const U: usize, const G: usize>(
    options: Options,
    w: &L::Weights<T>,
    steps: usize,
    x: &[T],
    training: &mut Training<'_, T>,
    dx: Option<&mut [T]>,
    dw: Option<&mut L::Weights<T>>,
) where
    T: Scalar,
    L: Cell,
{
    // pre = W · (m ⊙ x) + b, so dx += m ⊙ (Wᵀ · dz), dW += dz · (m ⊙ x)ᵀ and db += dz
    let Training { dz, dropped, input_mask, .. } = training;
    let ((kernel, _), dropping) = (L::input::<T>(w), options.dropping(!dropped.is_empty(), G / U));
    let by_gate = Factors { m: &input_mask[..], per: steps };
    if let Some(dw) = dw {
        let (dkernel, dbias) = L::input_mut::<T>(dw);
        match dropping {
            Dropping::Nothing => kernels::add_outer::<T, F, G>(dkernel, x, dz),
            Dropping::Once => {
                // An earlier backward pass has used this memory for another purpose.
                drop_input::<T, F>(input_mask, x, steps, dropped);
                kernels::add_outer::<T, F, G>(dkernel, dropped, dz);
            }
            Dropping::ByGate => products::add_outer::<T, F, U, G>(0..G / U, dkernel, x, by_gate, dz),
        }
        if !dbias.is_empty() {
            kernels::add_rows::<T, G>(dbias, dz);
        }
    }
    if let Some(dx) = dx {
        match dropping {
            Dropping::Nothing => kernels::add_transposed::<T, F, G>(kernel, dz, dx),
            Dropping::Once => {
                dropped.fill(T::ZERO);
                kernels::add_transposed::<T, F, G>(kernel, dz, dropped);
                let of_sample = (steps * F).max(1);
                let samples = dx.chunks_mut(of_sample).zip(dropped.chunks(of_sample));
                for ((dx, d), m) in samples.zip(input_mask.chunks_exact(F)) {
                    for (dx, d) in dx.chunks_exact_mut(F).zip(d.chunks_exact(F)) {
                        for f in 0..F {
                            dx[f] += m[f] * d[f];
                        }
                    }
                }
            }
            Dropping::ByGate => products::add_transposed::<T, F, U, G>(0..G / U, kernel, dz, by_gate, dx),
        }
    }
}
