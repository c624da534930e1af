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
//! `A` is the `activation`, tanh by default. h is zero before the first step, or the `initial_state`. dh' is the gradient of
//! the output of this step, and what the step after it hands back.
//!
//! Shapes: input `(steps, features)`, output `(units,)`, or `(steps, units)` with `return_sequences`, and with `return_state`
//! also the last h, `(units,)`; kernel W `(features, units)`, recurrent kernel V `(units, units)`, bias `(units,)`. The walk
//! over the steps, masks, `go_backwards` and dropout are the same for all recurrent layers: [`recurrent`].
//!
//! Source: Elman, *Finding structure in time*, Cognitive Science 14 (1990);
//! <https://keras.io/api/layers/recurrent_layers/simple_rnn/>

use super::recurrent::{self, Places, SEED};
use crate::shape::{Shape, ShapeError};
use crate::spec::{ArgSpec, Arity, Folding, Inferred, LayerSpec, Masking, Value, rule};

/// `SimpleRNN(units, activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
/// kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
/// recurrent_constraint, bias_constraint, dropout, recurrent_dropout, return_sequences, return_state, go_backwards,
/// stateful, unroll, seed, zero_output_for_mask)`
pub const SPEC: LayerSpec = LayerSpec {
    name: "SimpleRNN",
    module: "simple_rnn",
    args: &[
        ArgSpec::size("units"),
        ArgSpec::inner_activation("activation", "Tanh"),
        ArgSpec::flag("use_bias", true),
        ArgSpec::initializer("kernel_initializer"),
        ArgSpec::initializer("recurrent_initializer"),
        ArgSpec::initializer("bias_initializer"),
        ArgSpec::regularizer("kernel_regularizer"),
        ArgSpec::regularizer("recurrent_regularizer"),
        ArgSpec::regularizer("bias_regularizer"),
        ArgSpec::activity_regularizer(),
        ArgSpec::constraint("kernel_constraint"),
        ArgSpec::constraint("recurrent_constraint"),
        ArgSpec::constraint("bias_constraint"),
        ArgSpec::float("dropout", 0.0),
        ArgSpec::float("recurrent_dropout", 0.0),
        ArgSpec::flag("return_sequences", false),
        ArgSpec::flag("return_state", false),
        ArgSpec::flag_field("go_backwards", false),
        ArgSpec::flag("stateful", false),
        ArgSpec::flag("unroll", false),
        SEED,
        ArgSpec::flag_field("zero_output_for_mask", false),
    ],
    inputs: Arity { min: 1, max: 2 },
    call_keywords: &["initial_state"],
    masking: Masking::Reads { passes: Some(PLACES.returns), both: None },
    consts: 6,
    weight_consts: Some(3),
    has_cache: true,
    has_scratch: true,
    folding: Folding::Recurrent { features: 0, units: 1, rows: 1, bias: 2, dropped: 5 },
    infer: rule!(infer),
    ..LayerSpec::BASE
};

const PLACES: Places = Places { dropout: Some(13), returns: 15 };

/// `(steps, features)`, with an initial state `[h]` or without, to `(units,)` or `(steps, units)`, and the last state if
/// asked for. The type is `SimpleRNN<features, units, use_bias, columns of the output, return_state, D>`, where `D` is the
/// features if `dropout` is given, else 0.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let n = match recurrent::sizes(args[0].as_size(), args, inputs, PLACES, 1) {
        Ok(constants) => constants,
        Err(error) => return Err(error),
    };
    let consts = [n.features, n.units, args[2].as_flag() as usize, n.positions, n.state, n.dropped];
    Ok(recurrent::outputs(args[0].as_size(), args, inputs, PLACES, 1, &consts))
}

#[cfg(feature = "compute")]
mod step;

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::step::*;
    use crate::activations::{Activation, Tanh};
    use crate::constraints::Constraint;
    use crate::initializers::{Fans, Initializer};
    use crate::kernels::Machine;
    use crate::layers::recurrent::cell::{AllSteps, Cell, Options, Step, StepBack};
    use crate::layers::recurrent::{One, Returns, Sizes, replace, weights::recurrent_weights};
    use crate::regularizers::Regularizer;
    use crate::scalar::Scalar;
    use crate::shape::Shape;
    use nalgebra::SMatrix;
    use rand::Rng;

    /// A recurrent layer from `F` features to `U` units, whose output is fed back to it.
    ///
    /// `B` is 1 with a bias and 0 without; `P` is the number of steps with `return_sequences`, else 1; `STATE` is 1 with
    /// `return_state`; `D` is `F` if `dropout` is above 0, else 0. `A` is the activation.
    #[derive(Clone, Copy, Debug)]
    pub struct SimpleRNN<
        const F: usize,
        const U: usize,
        const B: usize,
        const P: usize,
        const STATE: usize,
        const D: usize,
        A = Tanh,
    > {
        /// Keras's default is tanh.
        pub activation: A,
        /// How the kernel starts; Keras's default is Glorot uniform.
        pub kernel_initializer: Initializer,
        /// How the recurrent kernel starts; Keras's default is orthogonal.
        pub recurrent_initializer: Initializer,
        /// How the bias starts; Keras's default is zeros.
        pub bias_initializer: Initializer,
        /// A penalty on the kernel; none by default.
        pub kernel_regularizer: Regularizer,
        /// A penalty on the recurrent kernel; none by default.
        pub recurrent_regularizer: Regularizer,
        /// A penalty on the bias; none by default.
        pub bias_regularizer: Regularizer,
        /// A bound on the kernel; none by default.
        pub kernel_constraint: Constraint,
        /// A bound on the recurrent kernel; none by default.
        pub recurrent_constraint: Constraint,
        /// A bound on the bias; none by default.
        pub bias_constraint: Constraint,
        /// The part of the input that is set to zero while training; 0 by default.
        pub dropout: f64,
        /// The part of the state that is set to zero where it is fed back, while training; 0 by default.
        pub recurrent_dropout: f64,
        /// Whether it goes from the last step to the first; not by default.
        pub go_backwards: bool,
        /// Whether the output of a masked step is zero instead of that of the step before; not by default.
        pub zero_output_for_mask: bool,
    }

    impl<const F: usize, const U: usize, const B: usize, const P: usize, const STATE: usize, const D: usize>
        SimpleRNN<F, U, B, P, STATE, D>
    {
        /// Keras's defaults.
        pub const DEFAULT: Self = SimpleRNN {
            activation: Tanh,
            kernel_initializer: Initializer::GlorotUniform,
            recurrent_initializer: Initializer::Orthogonal { gain: 1.0 },
            bias_initializer: Initializer::Zeros,
            kernel_regularizer: Regularizer::NONE,
            recurrent_regularizer: Regularizer::NONE,
            bias_regularizer: Regularizer::NONE,
            kernel_constraint: Constraint::None,
            recurrent_constraint: Constraint::None,
            bias_constraint: Constraint::None,
            dropout: 0.0,
            recurrent_dropout: 0.0,
            go_backwards: false,
            zero_output_for_mask: false,
        };
    }

    impl<const F: usize, const U: usize, const B: usize, const P: usize, const STATE: usize, const D: usize, A: Copy>
        SimpleRNN<F, U, B, P, STATE, D, A>
    {
        /// The same layer with another activation.
        pub const fn activation<N>(self, activation: N) -> SimpleRNN<F, U, B, P, STATE, D, N> {
            replace!(SimpleRNN, self, activation, [])
        }
    }

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
        fn forward_step<T: Scalar, M: Machine<T>>(&self, machine: M, w: &Self::Weights<T>, mut at: Step<'_, T>) {
            // z += V · (m' ⊙ h)
            let v = w.recurrent_kernel.as_slice();
            at.add_state::<M, U, U>(machine, v);
            for (k, h) in at.h.chunks_exact_mut(U).enumerate() {
                let (z, y) = (at.pre.row(k), at.gates.row(k));
                // h' = A(z)
                self.activation.forward_on(machine, U, z, y);
                h.copy_from_slice(y);
            }
        }

        #[inline(always)]
        fn backward_step<T: Scalar, M: Machine<T>>(&self, machine: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
            for (k, (dz, dh)) in at.dz.chunks_exact_mut(U).zip(at.dh.chunks_exact_mut(U)).enumerate() {
                dz.fill(T::ZERO);
                if at.counts.sample(k) {
                    // h' = A(z), so dz = A'(z) · dh'; h enters by the product alone
                    self.activation.backward_on(machine, U, at.pre.row(k), at.gates.row(k), dh, dz);
                    dh.fill(T::ZERO);
                }
                at.dz_kept.row(k).copy_from_slice(dz);
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
