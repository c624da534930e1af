//! SimpleRNN: a recurrent layer whose output is fed back to it.
//!
//! ```text
//! z  = W · (m ⊙ x) + b + V · (m' ⊙ h)        m and m' are 1 without dropout
//! h' = A(z)
//!
//! dz   = A'(z) · dh'
//! dh   = m' ⊙ (Vᵀ · dz)
//! dx  += m ⊙ (Wᵀ · dz)
//! dW  += dz · (m ⊙ x)ᵀ    dV += dz · (m' ⊙ h)ᵀ    db += dz        summed over steps and samples
//! ```
//!
//! `A` is the `activation`, tanh by default. Before the first step, h is zero or the `initial_state`. dh' is the
//! gradient of this step's output plus the gradient that the next step hands back.
//!
//! Shapes: input `(steps, features)`; output `(units,)`, or `(steps, units)` with `return_sequences`. `return_state`
//! adds the last h, `(units,)`. Kernel W is `(features, units)`, recurrent kernel V `(units, units)`, bias `(units,)`.
//! The walk over the steps, masks, `go_backwards` and dropout are the same for all recurrent layers: [`recurrent`].
//!
//! Source: Elman, *Finding structure in time*, Cognitive Science 14 (1990);
//! <https://keras.io/api/layers/recurrent_layers/simple_rnn/>

use super::recurrent;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Folding, Inferred, LayerSpec, Masking, Value, layer, rule};

layer! {
    /// A recurrent layer whose output is fed back to it.
    #[example = "let y = SimpleRNN(32)(x); // [20, 8] → [32]"]
    #[example = "let (y, h) = SimpleRNN(32, return_state = true)(x); // [20, 8] → [32], [32]"]
    #[example = "let y = SimpleRNN(32)(x, initial_state = [h]); // [20, 8], [32] → [32]"]
    /// `F` is the number of features, `U` that of units. `B` is 1 with a bias, else 0. `P` is the number of steps with
    /// `return_sequences`, else 1. `STATE` is 1 with `return_state`, else 0. `D` is `F` if `dropout` is above 0, else
    /// 0. `A` is the activation.
    #[doc(alias = "SimpleRNNCell")]
    #[doc(alias = "RNNCell")]
    pub struct SimpleRNN<F, U, B, P, STATE, D> {
        /// The number of features of the output and of each state.
        units: Size,
        /// Applied to the new state.
        pub activation: Activation<A> = Tanh,
        /// Adds a bias.
        use_bias: Flag = true,
        /// The initial values of the kernel.
        pub kernel_initializer: Initializer = GlorotUniform,
        /// The initial values of the recurrent kernel.
        pub recurrent_initializer: Initializer = Orthogonal { gain: 1.0 },
        /// The initial values of the bias.
        pub bias_initializer: Initializer = Zeros,
        /// A penalty on the kernel.
        pub kernel_regularizer: Regularizer,
        /// A penalty on the recurrent kernel.
        pub recurrent_regularizer: Regularizer,
        /// A penalty on the bias.
        pub bias_regularizer: Regularizer,
        /// A penalty on the output.
        activity_regularizer: ActivityAfter,
        /// A bound on the kernel.
        pub kernel_constraint: Constraint,
        /// A bound on the recurrent kernel.
        pub recurrent_constraint: Constraint,
        /// A bound on the bias.
        pub bias_constraint: Constraint,
        /// The fraction of the input that is set to zero while training.
        pub dropout: Float = 0.0,
        /// The fraction of the state that is set to zero where it is fed back, while training.
        pub recurrent_dropout: Float = 0.0,
        /// Returns the outputs of all steps, not only the last one.
        return_sequences: Flag = false,
        /// Returns the last states as further outputs.
        return_state: Flag = false,
        /// Reads the steps from the last to the first.
        pub go_backwards: Flag = false,
        /// Must be `false`: a layer keeps no state between calls.
        stateful: Flag = false,
        /// Has no effect; accepted as in Keras.
        unroll: Flag = false,
        /// Has no effect: the seed of `fit` decides about random numbers.
        seed: Option<Int>,
        /// Returns zeros at masked steps, not the output of the step before.
        pub zero_output_for_mask: Flag = false,
    }

    pub const SPEC: LayerSpec {
        weights: SimpleRNNWeights<F, U, B>,
        inputs: Arity { min: 1, max: 2 },
        call_keywords: &["initial_state"],
        masking: Masking::Reads { passes: Some(arg::return_sequences), both: None },
        has_cache: true,
        has_scratch: true,
        folding: Folding::Recurrent {
            features: consts::F,
            units: consts::U,
            rows: consts::U,
            bias: consts::B,
            dropped: consts::D,
        },
        has_states: true,
        streaming: recurrent::stepwise::streaming(arg::return_sequences, arg::go_backwards),
        infer: rule!(infer),
    }

    impl Cell;
}

/// Maps `(steps, features)`, with or without an initial state `[h]`, to `(units,)` or `(steps, units)`, and the last
/// state if requested.
///
/// The type is `SimpleRNN<features, units, use_bias, columns of the output, return_state, D>`, where `D` is the number
/// of features if `dropout` is given, else 0.
///
/// # Errors
/// If the input is not a sequence, an initial state has another shape, a rate is not from 0 to 1, or for `stateful`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let asked = recurrent::arguments!(args);
    let n = match recurrent::sizes(&asked, inputs, 1) {
        Ok(constants) => constants,
        Err(error) => return Err(error),
    };
    let consts =
        Consts { F: n.features, U: n.units, B: args.use_bias() as usize, P: n.positions, STATE: n.state, D: n.dropped };
    Ok(recurrent::outputs(&asked, inputs, 1, &consts.list()))
}

#[cfg(feature = "compute")]
mod step;

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::SPEC::SimpleRNN;
    pub use super::step::*;
    use crate::activations::{Activation, Tanh};
    use crate::kernels::Simd;
    use crate::layers::recurrent::cell::{AllSteps, Cell, Options, Step, StepBack};
    use crate::layers::recurrent::{One, Returns, Sizes, weights::recurrent_weights};
    use crate::spec::shape::Shape;
    use crate::tensor::scalar::Scalar;
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    recurrent_weights! {
        /// The weights of a [`SimpleRNN`].
        pub struct SimpleRNNWeights<T; F, U, B; A = Tanh> {
            /// `W`: one row per unit, one column per feature. Keras's `(features, units)` has the same bytes.
            kernel: SMatrix<T, U, F>,
            /// `V`: one row per unit, one column per unit of the state.
            recurrent_kernel: SMatrix<T, U, U>,
            /// `b`: one column, or none without a bias.
            bias: SMatrix<T, U, B> => Shape::new(&[U]),
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
    > Cell for SimpleRNN<F, U, B, P, STATE, D, A>
    {
        type Sizes = Sizes<F, U, U, One, 0, D>;
        type Weights<T: Scalar> = SimpleRNNWeights<T, F, U, B, A>;
        type Returns = Returns<Self::Sizes, P, STATE>;
        const FITS: bool = B <= 1 && STATE <= 1;

        fn options(&self) -> Options {
            Options {
                dropout: self.dropout,
                recurrent_dropout: self.recurrent_dropout,
                backwards: self.go_backwards,
                zero_output: self.zero_output_for_mask,
            }
        }

        fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]) {
            (w.kernel.as_slice(), w.bias.as_slice())
        }

        fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]) {
            (dw.kernel.as_mut_slice(), dw.bias.as_mut_slice())
        }

        #[inline(always)]
        fn forward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: Step<'_, T>) {
            // z += V · (m' ⊙ h)
            let v = w.recurrent_kernel.as_slice();
            at.add_state::<M, U, U>(simd, v);
            for (k, h) in at.h.chunks_exact_mut(U).enumerate() {
                let (Some(z), Some(y)) = (at.pre.get::<U>(k), at.gates.get_mut::<U>(k)) else { return };
                // h' = A(z)
                self.activation.forward_on(simd, U, z, y);
                h.copy_from_slice(y);
            }
        }

        #[inline(always)]
        fn backward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
            for (k, (dz, dh)) in at.dz.chunks_exact_mut(U).zip(at.dh.chunks_exact_mut(U)).enumerate() {
                dz.fill(T::ZERO);
                if at.counts.sample(k) {
                    let (Some(z), Some(y)) = (at.pre.get::<U>(k), at.gates.get::<U>(k)) else { return };
                    // h' = A(z), so dz = A'(z) · dh'; h enters only through the product
                    self.activation.backward_on(simd, U, z, y, dh, dz);
                    dh.fill(T::ZERO);
                }
                let Some(dz_kept) = at.dz_kept.get_mut::<U>(k) else { return };
                dz_kept.copy_from_slice(dz);
            }
            // z += V · (m' ⊙ h), so dh += m' ⊙ (Vᵀ · dz)
            at.add_state_back::<U, U>(w.recurrent_kernel.as_slice());
        }

        fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>) {
            // z += V · (m' ⊙ h), so dV += dz · (m' ⊙ h)ᵀ
            at.add_state_outer::<U, U>(dw.recurrent_kernel.as_mut_slice());
        }

        fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, rng: &mut dyn Rng) {
            self.kernel_initializer.fill(w.kernel.as_mut_slice(), &[F, U], Fans::new(F, U), rng);
            self.recurrent_initializer.fill(w.recurrent_kernel.as_mut_slice(), &[U, U], Fans::new(U, U), rng);
            self.bias_initializer.fill(w.bias.as_mut_slice(), &[U], Fans::new(U, U), rng);
        }

        fn bound<T: Scalar>(&self, w: &mut Self::Weights<T>) {
            self.kernel_constraint.apply(w.kernel.as_mut_slice(), &[F, U]);
            self.recurrent_constraint.apply(w.recurrent_kernel.as_mut_slice(), &[U, U]);
            self.bias_constraint.apply(w.bias.as_mut_slice(), &[U]);
        }

        fn penalty<T: Scalar>(&self, w: &Self::Weights<T>, dw: Option<&mut Self::Weights<T>>) -> T {
            w.penalty([&self.kernel_regularizer, &self.recurrent_regularizer, &self.bias_regularizer], dw)
        }
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
