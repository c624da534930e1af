//! [`Cell`]: the interface of a recurrent layer's maths, and the data that a cell gets for a step.

use super::products::{self, Factors};
use super::sizes::Size;
use super::view::{Counts, View};
use crate::kernels::{self, Simd};
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::tensor::copy;
use crate::tensor::scalar::Scalar;
use crate::weights::Weights;
use rand::Rng;

/// The maths of a recurrent layer: one step for all samples, forward and backward.
///
/// A cell of your own is a recurrent layer of a graph: `RNN(my::UpdateGate(8), return_sequences = true)(x)`. The layer
/// computes `pre = W · x + b`, which has `G` rows, for all steps at once, and adds the gradients of `W` and `b`. It
/// walks over the steps, forwards or backwards, and handles masks, initial states and outputs. The cell provides the
/// rest:
///
/// - its [`Sizes`](super::Sizes), its weights, and which of them multiply the input;
/// - [`forward_step`](Self::forward_step): the next state from `pre` and the state;
/// - [`backward_step`](Self::backward_step): the gradients of `pre` and of the state from the next state's gradient;
/// - [`state_gradients`](Self::state_gradients): the gradients of the weights that multiply the state.
///
/// Declare it with [`layer!`](crate::layer!) for use in a graph; [`state_shape`] makes its shape rule. A cell with two
/// states says `inputs: Arity { min: 1, max: 2 }` there, for the initial states. Check its gradients with
/// `check_layer::<SMatrix<f64, 3, 5>, _>(&RNN::<_>::new(cell))`.
///
/// ```
/// use nn_core::activations::{Activation, Sigmoid, Tanh};
/// use nn_core::layers::recurrent::{AllSteps, Cell, Simd, Returns, Sizes, Step, StepBack, state_shape};
/// use nn_core::spec::{Inferred, LayerSpec, Value, rule};
/// use nn_core::{Scalar, Shape, ShapeError};
/// # use nalgebra::{SMatrix, SVector};
/// use rand::{Rng, RngExt};
///
/// nn_core::weights! {
///     /// The weights of an [`UpdateGate`]. `G` is `2 · U`.
///     pub struct UpdateGateWeights<T, const F: usize, const U: usize, const G: usize> {
///         /// `W`
///         kernel: SMatrix<T, G, F> => [F, G],
///         /// `V`
///         recurrent_kernel: SMatrix<T, G, U> => [U, G],
///         /// `b`
///         bias: SVector<T, G> => [G],
///     }
/// }
///
/// nn_core::layer! {
///     /// `h' = g ⊙ h + (1 - g) ⊙ n`, where `g = σ(z_g)`, `n = tanh(z_n)`, `z = W · x + b + V · h`: the update gate RNN. Source:
///     /// Collins et al., *Capacity and trainability in recurrent neural networks*, ICLR (2017)
///     pub struct UpdateGate<F, U, G> {
///         /// The scalars of the state.
///         units: Size,
///     }
///
///     pub const SPEC: LayerSpec { weights: UpdateGateWeights<F, U, G>, infer: rule!(infer) }
///
///     impl Cell;
/// }
///
/// pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
///     let units = Args(args).units();
///     match state_shape(inputs, units, 1) {
///         Ok(state) => {
///             let consts = Consts { F: inputs[0].dim(0), U: units, G: 2 * units };
///             Ok(Inferred::new(state, &consts.list()))
///         }
///         Err(error) => Err(error),
///     }
/// }
///
/// impl<const F: usize, const U: usize, const G: usize> Cell for UpdateGate<F, U, G> {
///     type Sizes = Sizes<F, U, G>;
///     type Weights<T: Scalar> = UpdateGateWeights<T, F, U, G>;
///     type Returns = Returns<Self::Sizes>;
///     const FITS: bool = G == 2 * U;
///
///     fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]) {
///         (w.kernel.as_slice(), w.bias.as_slice())
///     }
///
///     fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]) {
///         (dw.kernel.as_mut_slice(), dw.bias.as_mut_slice())
///     }
///
///     #[inline(always)]
///     fn forward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: Step<'_, T>) {
///         // z += V · h
///         at.add_state::<M, U, G>(simd, w.recurrent_kernel.as_slice());
///         for (k, h) in at.h.chunks_exact_mut(U).enumerate() {
///             let (Some(z), Some(gates)) = (at.pre.get::<G>(k), at.gates.get_mut::<G>(k)) else { return };
///             Sigmoid.forward(U, &z[..U], &mut gates[..U]);
///             Tanh.forward(U, &z[U..], &mut gates[U..]);
///             for u in 0..U {
///                 h[u] = gates[u] * h[u] + (T::ONE - gates[u]) * gates[U + u];
///             }
///         }
///     }
///
///     #[inline(always)]
///     fn backward_step<T: Scalar, M: Simd<T>>(&self, _: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
///         for (k, (dz, dh)) in at.dz.chunks_exact_mut(G).zip(at.dh.chunks_exact_mut(U)).enumerate() {
///             dz.fill(T::ZERO);
///             if at.counts.sample(k) {
///                 let (Some(gates), Some(h)) = (at.gates.get::<G>(k), at.h_before.get::<U>(k)) else { return };
///                 for u in 0..U {
///                     let (g, n) = (gates[u], gates[U + u]);
///                     // σ' = g · (1 - g), tanh' = 1 - n²
///                     dz[u] = g * (T::ONE - g) * (h[u] - n) * dh[u];
///                     dz[U + u] = (T::ONE - n * n) * (T::ONE - g) * dh[u];
///                     dh[u] *= g;
///                 }
///             }
///             if let Some(kept) = at.dz_kept.get_mut::<G>(k) {
///                 kept.copy_from_slice(dz);
///             }
///         }
///         // z += V · h, so dh += Vᵀ · dz
///         at.add_state_back::<U, G>(w.recurrent_kernel.as_slice());
///     }
///
///     fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>) {
///         at.add_state_outer::<U, G>(dw.recurrent_kernel.as_mut_slice());
///     }
///
///     fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, rng: &mut dyn Rng) {
///         w.kernel.iter_mut().for_each(|w| *w = T::of(rng.random_range(-0.3..0.3)));
///         w.recurrent_kernel.iter_mut().for_each(|w| *w = T::of(rng.random_range(-0.3..0.3)));
///     }
/// }
/// # fn main() {
/// # #[cfg(feature = "testing")]
/// nn_core::testing::check_layer::<SMatrix<f64, 3, 5>, _>(&nn_core::layers::RNN::<_>::new(UpdateGate::<3, 4, 8>::DEFAULT));
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no recurrent cell",
    note = "`RNN` takes a type of yours that implements `nn::layers::recurrent::Cell`",
    note = "explained in nn::errors::nn0316"
)]
pub trait Cell: Sized {
    /// The sizes of the cell: [`Sizes`](super::Sizes).
    type Sizes: Size;
    /// The weights.
    type Weights<T: Scalar>: Weights<T>;
    /// The outputs of the cell as a layer of its own: [`Returns`](super::Returns). `Returns<Self::Sizes>` is the last
    /// step.
    type Returns;
    /// Whether the constants of the type are consistent.
    const FITS: bool = true;

    /// Returns the direction of the layer, and its options for masked steps and training.
    fn options(&self) -> Options {
        Options::default()
    }

    /// Returns the kernel and the bias that multiply the input.
    fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]);
    /// Returns the gradients of that kernel and bias.
    fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]);

    /// Computes the next state from the state and from `pre`, the kernel's product with the input. It may overwrite
    /// `pre` with values for the backward step. Make it `#[inline(always)]`, so that it is compiled for the machine.
    fn forward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, at: Step<'_, T>);
    /// Computes the gradients of `pre` and of the state from the next state's gradient; also `#[inline(always)]`. If a
    /// sample does not count, its gradient of `pre` is zero and its gradient of the state stays.
    fn backward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, at: StepBack<'_, T>);
    /// Adds the gradients of the weights that multiply the state, once the gradients of `pre` are known for all steps.
    /// It may overwrite `dz`.
    fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>);

    /// Sets the initial weights.
    fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, rng: &mut dyn Rng);

    /// Moves the weights into their bounds.
    fn bound<T: Scalar>(&self, w: &mut Self::Weights<T>) {
        let _ = w;
    }

    /// Returns the penalty on the weights, and adds its gradient to `dw`.
    fn penalty<T: Scalar>(&self, w: &Self::Weights<T>, dw: Option<&mut Self::Weights<T>>) -> T {
        let (_, _) = (w, dw);
        T::ZERO
    }
}

/// Returns the shape of a cell's states in a graph, `(units,)` or `(2, units)`, for its shape rule. The input is a
/// step.
///
/// # Errors
/// If the input is not a step.
pub const fn state_shape(inputs: &[Shape], units: usize, states: usize) -> Result<Shape, ShapeError> {
    if inputs[0].rank() != 1 {
        let message = Text::new().str("expected a step of shape (features,), but got ").shape(&inputs[0]);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    Ok(if states == 2 { Shape::new(&[2, units]) } else { Shape::new(&[units]) })
}

/// The facts about a layer that the walk over the steps needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The part of the input that is dropped.
    pub dropout: f64,
    /// The part of the state that is dropped.
    pub recurrent_dropout: f64,
    /// Whether the layer reads from the last step to the first.
    pub backwards: bool,
    /// Whether the output of a masked step is zero.
    pub zero_output: bool,
}

/// One forward step of all samples.
pub struct Step<'a, T> {
    /// The kernel's product with the input; the cell adds the state's share.
    pub pre: View<&'a mut [T]>,
    /// The place for the gates after their activations.
    pub gates: View<&'a mut [T]>,
    /// The place for other values that the backward step needs.
    pub own: View<&'a mut [T]>,
    /// `h`, which the step replaces: `U` scalars for each sample.
    pub h: &'a mut [T],
    /// `c`, if the cell has it.
    pub c: &'a mut [T],
    /// The mask of the state for each gate.
    pub state_mask: Factors<'a, T>,
    /// Room for a product with the recurrent kernel.
    pub product: &'a mut [T],
}

/// One backward step of all samples.
pub struct StepBack<'a, T> {
    /// The gates before their activations.
    pub pre: View<&'a [T]>,
    /// The gates.
    pub gates: View<&'a [T]>,
    /// The values that the forward step kept.
    pub own: View<&'a [T]>,
    /// `h` before the step.
    pub h_before: View<&'a [T]>,
    /// `c` before the step.
    pub c_before: View<&'a [T]>,
    /// The mask of the state for each gate.
    pub state_mask: Factors<'a, T>,
    /// Whether this step of a sample counts. If it does not, the state passes on and `dz` is zero.
    pub counts: Counts<'a>,
    /// The gradient of `h` after the step; the step replaces it by the gradient before the step.
    pub dh: &'a mut [T],
    /// The gradient of `c`, likewise.
    pub dc: &'a mut [T],
    /// The gradient of `pre`, to be written: once here, where the samples lie behind each other,
    pub dz: &'a mut [T],
    /// and once here, where it is kept for all steps.
    pub dz_kept: View<&'a mut [T]>,
}

/// All steps of all samples, after the backward walk. All rows are in the same order.
pub struct AllSteps<'a, T> {
    /// `h` before each step.
    pub h_before: &'a [T],
    /// The gates.
    pub gates: &'a [T],
    /// The values that the forward steps kept.
    pub own: &'a [T],
    /// The gradient of `pre`.
    pub dz: &'a mut [T],
    /// The mask of the state for each gate.
    pub state_mask: Factors<'a, T>,
}

impl<T: Scalar> Step<'_, T> {
    /// Computes `pre += V · (m ⊙ h)` for all gates of all samples; `m` is 1 without dropout.
    #[inline(always)]
    pub fn add_state<M: Simd<T>, const U: usize, const G: usize>(&mut self, simd: M, v: &[T]) {
        if self.state_mask.m.is_empty() {
            let (pre, stride) = self.pre.rows();
            return simd.add_product::<U, G>(v, self.h, pre, stride, self.product);
        }
        self.product.fill(T::ZERO);
        products::add::<T, U, U, G>(0..G / U, v, self.h, self.state_mask, self.product);
        for (k, product) in self.product.chunks_exact(G).enumerate() {
            let Some(pre) = self.pre.get_mut::<G>(k) else { return };
            for g in 0..G {
                pre[g] += product[g];
            }
        }
    }
}

impl<T: Scalar> StepBack<'_, T> {
    /// Computes `dh += m ⊙ (Vᵀ · dz)` for all gates of all samples: the backward step of [`Step::add_state`].
    #[inline]
    pub fn add_state_back<const U: usize, const G: usize>(&mut self, v: &[T]) {
        if self.state_mask.m.is_empty() {
            return kernels::add_transposed::<T, U, G>(v, self.dz, self.dh);
        }
        products::add_transposed::<T, U, U, G>(0..G / U, v, self.dz, self.state_mask, self.dh);
    }
}

impl<T: Scalar> AllSteps<'_, T> {
    /// Computes `dV += dz · (m ⊙ h)ᵀ` for all gates of all steps: the gradient of the `V` of [`Step::add_state`].
    #[inline]
    pub fn add_state_outer<const U: usize, const G: usize>(&self, dv: &mut [T]) {
        if self.state_mask.m.is_empty() {
            return kernels::add_outer::<T, U, G>(dv, self.h_before, self.dz);
        }
        products::add_outer::<T, U, U, G>(0..G / U, dv, self.h_before, self.state_mask, self.dz);
    }
}

/// Computes `y = V · (m ⊙ h) + b` for all gates.
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

/// Sets each row to `b`, or to zero if `b` is empty.
#[inline]
pub(super) fn fill_rows<T: Scalar, const G: usize>(b: &[T], y: &mut [T]) {
    if b.is_empty() {
        return y.fill(T::ZERO);
    }
    for y in y.chunks_exact_mut(G) {
        copy(b, y);
    }
}
