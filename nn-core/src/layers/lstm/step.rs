//! LSTM step by step: for streams, without a heap.

use super::compute::{LSTM, LSTMWeights};
use crate::activations::{Activation, Fixed};
use crate::kernels;
use crate::layers::recurrent::cell::Cell;
use crate::layers::recurrent::steps::Single;
use crate::tensor::scalar::Scalar;
use nalgebra::SVector;

/// The state of a step-by-step [`LSTM`]. The default is zero, as at the start of a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LstmState<T, const U: usize> {
    /// The output of the last step.
    pub h: SVector<T, U>,
    /// The memory.
    pub c: SVector<T, U>,
}

impl<T: Scalar, const U: usize> Default for LstmState<T, U> {
    fn default() -> Self {
        LstmState { h: SVector::zeros(), c: SVector::zeros() }
    }
}

impl<
    const F: usize,
    const U: usize,
    const G: usize,
    const B: usize,
    const P: usize,
    const STATE: usize,
    const D: usize,
    A: Activation + 'static,
    R: Activation + 'static,
> LSTM<F, U, G, B, P, STATE, D, A, R>
{
    /// Computes the next step of a sequence: updates `state` and returns `h`, the output. The numbers equal a
    /// prediction of the whole sequence.
    pub fn step<'s, T: Scalar>(
        &self,
        w: &LSTMWeights<T, F, U, G, B, A, R>,
        x: &SVector<T, F>,
        state: &'s mut LstmState<T, U>,
    ) -> &'s SVector<T, U> {
        let mut pre = SVector::<T, G>::zeros();
        let (kernel, bias) = Self::input(w);
        kernels::affine::<T, F, G>(kernel, bias, x.as_slice(), pre.as_mut_slice());
        self.step_from(w, &mut pre, state)
    }

    /// Runs [`step`](Self::step) on an input that is already multiplied by the kernel: `pre` is `W · x + b` and is
    /// overwritten.
    pub fn step_from<'s, T: Scalar>(
        &self,
        w: &LSTMWeights<T, F, U, G, B, A, R>,
        pre: &mut SVector<T, G>,
        state: &'s mut LstmState<T, U>,
    ) -> &'s SVector<T, U> {
        let (h, c) = (state.h.as_mut_slice(), state.c.as_mut_slice());
        kernels::with_simd(Single::<T, _, U, G, U> { cell: self, w, pre: pre.as_mut_slice(), h, c });
        &state.h
    }
}

impl<T: Scalar, const F: usize, const U: usize, const G: usize, const B: usize, A: Activation, R: Activation>
    LSTMWeights<T, F, U, G, B, A, R>
{
    /// Runs [`LSTM::step`] with the activations of the graph: one step of a stream, without a heap.
    ///
    /// Exists for activations without parameters ([`Fixed`]). For other activations, call `step` of the layer, which
    /// works for all. Feed the steps in the order in which the layer reads them: with `go_backwards`, the last one
    /// first.
    ///
    /// ```
    /// use nalgebra::SVector;
    /// use nn_core::Weights;
    /// use nn_core::layers::{LSTMWeights, LstmState};
    ///
    /// let mut weights = <LSTMWeights<f32, 3, 2, 8, 1> as Weights<f32>>::zeroed();
    /// weights.bias.fill(1.0);
    /// let mut state = LstmState::<f32, 2>::default();
    /// let first = *weights.step(&SVector::from([0.1, 0.2, 0.3]), &mut state);
    /// let second = *weights.step(&SVector::from([0.4, 0.5, 0.6]), &mut state);
    /// assert!(second[0] > first[0] && second == state.h);
    /// ```
    pub fn step<'s>(&self, x: &SVector<T, F>, state: &'s mut LstmState<T, U>) -> &'s SVector<T, U>
    where
        A: Fixed,
        R: Fixed,
    {
        let layer = const { LSTM::<F, U, G, B, 1, 0, 0>::DEFAULT.recurrent_activation(R::VALUE).activation(A::VALUE) };
        layer.step(self, x, state)
    }
}
