//! SimpleRNN step by step: for streams, without a heap.

use super::compute::{SimpleRNN, SimpleRNNWeights};
use crate::activations::{Activation, Fixed};
use crate::kernels;
use crate::layers::recurrent::cell::Cell;
use crate::layers::recurrent::steps::Single;
use crate::tensor::scalar::Scalar;
use nalgebra::SVector;

/// The state of a step-by-step [`SimpleRNN`]. The default is zero, as at the start of a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimpleRnnState<T, const U: usize> {
    /// The output of the last step.
    pub h: SVector<T, U>,
}

impl<T: Scalar, const U: usize> Default for SimpleRnnState<T, U> {
    fn default() -> Self {
        SimpleRnnState { h: SVector::zeros() }
    }
}

impl<
    const F: usize,
    const U: usize,
    const B: usize,
    const P: usize,
    const STATE: usize,
    const D: usize,
    A: Activation + 'static,
> SimpleRNN<F, U, B, P, STATE, D, A>
{
    /// Computes the next step of a sequence: updates `state` and returns `h`, the output. The numbers equal a
    /// prediction of the whole sequence.
    pub fn step<'s, T: Scalar>(
        &self,
        w: &SimpleRNNWeights<T, F, U, B, A>,
        x: &SVector<T, F>,
        state: &'s mut SimpleRnnState<T, U>,
    ) -> &'s SVector<T, U> {
        let mut pre = SVector::<T, U>::zeros();
        let (kernel, bias) = Self::input(w);
        kernels::affine::<T, F, U>(kernel, bias, x.as_slice(), pre.as_mut_slice());
        self.step_from(w, &mut pre, state)
    }

    /// Runs [`step`](Self::step) on an input that is already multiplied by the kernel: `pre` is `W · x + b` and is
    /// overwritten.
    pub fn step_from<'s, T: Scalar>(
        &self,
        w: &SimpleRNNWeights<T, F, U, B, A>,
        pre: &mut SVector<T, U>,
        state: &'s mut SimpleRnnState<T, U>,
    ) -> &'s SVector<T, U> {
        let (h, c) = (state.h.as_mut_slice(), [].as_mut_slice());
        kernels::with_simd(Single::<T, _, U, U, 0> { cell: self, w, pre: pre.as_mut_slice(), h, c });
        &state.h
    }
}

impl<T: Scalar, const F: usize, const U: usize, const B: usize, A: Activation> SimpleRNNWeights<T, F, U, B, A> {
    /// Runs [`SimpleRNN::step`] with the activation of the graph: one step of a stream, without a heap.
    ///
    /// Exists for an activation without parameters ([`Fixed`]). For another activation, call `step` of the layer. Feed
    /// the steps in the order in which the layer reads them: with `go_backwards`, the last one first.
    ///
    /// ```
    /// use nalgebra::SVector;
    /// use nn_core::Weights;
    /// use nn_core::layers::{SimpleRNNWeights, SimpleRnnState};
    ///
    /// let mut weights = <SimpleRNNWeights<f32, 3, 2, 1> as Weights<f32>>::zeroed();
    /// weights.kernel.fill(1.0);
    /// let mut state = SimpleRnnState::<f32, 2>::default();
    /// let first = *weights.step(&SVector::from([0.1, 0.2, 0.3]), &mut state);
    /// let second = *weights.step(&SVector::from([0.4, 0.5, 0.6]), &mut state);
    /// assert!(second[0] > first[0] && second == state.h);
    /// ```
    pub fn step<'s>(&self, x: &SVector<T, F>, state: &'s mut SimpleRnnState<T, U>) -> &'s SVector<T, U>
    where
        A: Fixed,
    {
        let layer = const { SimpleRNN::<F, U, B, 1, 0, 0>::DEFAULT.activation(A::VALUE) };
        layer.step(self, x, state)
    }
}
