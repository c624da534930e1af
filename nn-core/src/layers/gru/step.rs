//! GRU step by step: for streams, without a heap.

use super::compute::{GRU, GRUWeights};
use crate::activations::{Activation, Fixed};
use crate::kernels;
use crate::layers::recurrent::cell::Cell;
use crate::layers::recurrent::steps::Single;
use crate::tensor::scalar::Scalar;
use nalgebra::SVector;

/// The state of a step-by-step [`GRU`]. The default is zero, as at the start of a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GruState<T, const U: usize> {
    /// The output of the last step.
    pub h: SVector<T, U>,
}

impl<T: Scalar, const U: usize> Default for GruState<T, U> {
    fn default() -> Self {
        GruState { h: SVector::zeros() }
    }
}

impl<
    const F: usize,
    const U: usize,
    const G: usize,
    const NB: usize,
    const P: usize,
    const STATE: usize,
    const D: usize,
    A: Activation + 'static,
    R: Activation + 'static,
> GRU<F, U, G, NB, P, STATE, D, A, R>
{
    /// Computes the next step of a sequence: updates `state` and returns `h`, the output. The numbers equal a
    /// prediction of the whole sequence.
    pub fn step<'s, T: Scalar>(
        &self,
        w: &GRUWeights<T, F, U, G, NB, A, R>,
        x: &SVector<T, F>,
        state: &'s mut GruState<T, U>,
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
        w: &GRUWeights<T, F, U, G, NB, A, R>,
        pre: &mut SVector<T, G>,
        state: &'s mut GruState<T, U>,
    ) -> &'s SVector<T, U> {
        let (h, c) = (state.h.as_mut_slice(), [].as_mut_slice());
        kernels::with_simd(Single::<T, _, U, G, U> { cell: self, w, pre: pre.as_mut_slice(), h, c });
        &state.h
    }
}

impl<T: Scalar, const F: usize, const U: usize, const G: usize, const NB: usize, A: Activation, R: Activation>
    GRUWeights<T, F, U, G, NB, A, R>
{
    /// Runs [`GRU::step`] with the activations of the graph: one step of a stream, without a heap.
    ///
    /// Exists for activations without parameters ([`Fixed`]) and with a bias, whose columns say whether the layer has
    /// `reset_after`. Otherwise, call `step` of the layer. Feed the steps in the order in which the layer reads them:
    /// with `go_backwards`, the last one first.
    ///
    /// ```
    /// use nalgebra::SVector;
    /// use nn_core::Weights;
    /// use nn_core::layers::{GRUWeights, GruState};
    ///
    /// let mut weights = <GRUWeights<f32, 3, 2, 6, 2> as Weights<f32>>::zeroed();
    /// weights.kernel.fill(1.0);
    /// let mut state = GruState::<f32, 2>::default();
    /// let first = *weights.step(&SVector::from([0.1, 0.2, 0.3]), &mut state);
    /// let second = *weights.step(&SVector::from([0.4, 0.5, 0.6]), &mut state);
    /// assert!(second[0] > first[0] && second == state.h);
    /// ```
    pub fn step<'s>(&self, x: &SVector<T, F>, state: &'s mut GruState<T, U>) -> &'s SVector<T, U>
    where
        A: Fixed,
        R: Fixed,
        Columns<NB>: ResetGate,
    {
        let layer = const { GRU::<F, U, G, NB, 1, 0, 0>::DEFAULT.recurrent_activation(R::VALUE).activation(A::VALUE) };
        layer.step(self, x, state)
    }
}

/// The number of columns of a GRU's bias.
pub struct Columns<const NB: usize>;

/// A number of bias columns that says whether the reset gate acts after the product: two if it does, one if not.
#[diagnostic::on_unimplemented(
    message = "the weights of a GRU without a bias do not say whether it has `reset_after`",
    label = "`step` of these weights does not exist",
    note = "call `step` of the layer, which says it: `layer.step(&weights, &x, &mut state)`"
)]
pub trait ResetGate {}

impl ResetGate for Columns<1> {}
impl ResetGate for Columns<2> {}
