//! LSTM: the long short-term memory: a recurrent layer whose memory is written, erased and read through gates.
//!
//! ```text
//! z = W · (m ⊙ x) + b + V · (m' ⊙ h)        the rows of z are z_i, z_f, z_g, z_o; m and m' are 1 without dropout
//!
//! i = R(z_i)    how much is written         g = A(z_g)    the new content
//! f = R(z_f)    how much is kept            o = R(z_o)    how much is read
//!
//! c' = f ⊙ c + i ⊙ g                        the memory
//! h' = o ⊙ A(c')                            the output
//!
//! dc' += A'(c') · (o ⊙ dh')
//! dz_i = R'(z_i) · (g ⊙ dc')                dz_g = A'(z_g) · (i ⊙ dc')
//! dz_f = R'(z_f) · (c ⊙ dc')                dz_o = R'(z_o) · (A(c') ⊙ dh')
//! dc   = f ⊙ dc'
//! dh   = m' ⊙ (Vᵀ · dz)
//! dx  += m ⊙ (Wᵀ · dz)
//! dW  += dz · (m ⊙ x)ᵀ    dV += dz · (m' ⊙ h)ᵀ    db += dz        summed over steps and samples
//! ```
//!
//! `A` is the `activation`, tanh by default, and `R` the `recurrent_activation`, sigmoid by default. Before the first
//! step, h and c are zero or the `initial_state`. dh' is the gradient of this step's output plus the gradient that the
//! next step hands back.
//!
//! Shapes: input `(steps, features)`; output `(units,)`, or `(steps, units)` with `return_sequences`. `return_state`
//! adds the last h and c, `(units,)`. Kernel W is `(features, 4 · units)`, recurrent kernel V `(units, 4 · units)`,
//! bias `(4 · units,)`. The walk over the steps, masks, `go_backwards` and dropout are the same for all recurrent
//! layers: [`recurrent`].
//!
//! Source: Hochreiter and Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997);
//! <https://keras.io/api/layers/recurrent_layers/lstm/>

use super::recurrent;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Folding, Inferred, LayerSpec, Masking, Value, layer, rule};

layer! {
    /// The long short-term memory: a recurrent layer whose memory is written, erased and read through gates.
    #[example = "let y = LSTM(32)(x); // [20, 8] → [32]"]
    #[example = "let (y, h, c) = LSTM(32, return_state = true)(x); // [20, 8] → [32], [32], [32]"]
    #[example = "let y = LSTM(32)(x, initial_state = [h, c]); // [20, 8], [32], [32] → [32]"]
    /// `F` is the number of features, `U` that of units, and `G` is `4 · U`. `B` is 1 with a bias, else 0. `P` is the
    /// number of steps with `return_sequences`, else 1. `STATE` is 1 with `return_state`, else 0. `D` is `F` if
    /// `dropout` is above 0, else 0. `A` and `R` are the activations.
    #[doc(alias = "LSTMCell")]
    #[doc(alias = "CuDNNLSTM")]
    pub struct LSTM<F, U, G, B, P, STATE, D> {
        /// The number of features of the output and of each state.
        units: Size,
        /// Applied to the candidate for the memory, and to the memory when it is read.
        pub activation: Activation<A> = Tanh,
        /// Applied to the gates.
        pub recurrent_activation: Activation<R> = Sigmoid,
        /// Adds a bias.
        use_bias: Flag = true,
        /// The initial values of the kernel.
        pub kernel_initializer: Initializer = GlorotUniform,
        /// The initial values of the recurrent kernel.
        pub recurrent_initializer: Initializer = Orthogonal { gain: 1.0 },
        /// The initial values of the bias.
        pub bias_initializer: Initializer = Zeros,
        /// Starts the bias of the forget gate at 1.
        pub unit_forget_bias: Flag = true,
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
        /// The fraction of the state that is set to zero before it enters a gate, while training.
        pub recurrent_dropout: Float = 0.0,
        /// Has no effect: the seed of `fit` decides about random numbers.
        seed: Option<Int>,
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
        /// Returns zeros at masked steps, not the output of the step before.
        pub zero_output_for_mask: Flag = false,
    }

    pub const SPEC: LayerSpec {
        weights: LSTMWeights<F, U, G, B>,
        inputs: Arity { min: 1, max: 3 },
        call_keywords: &["initial_state"],
        masking: Masking::Reads { passes: Some(arg::return_sequences), both: None },
        has_cache: true,
        has_scratch: true,
        folding: Folding::Recurrent {
            features: consts::F,
            units: consts::U,
            rows: consts::G,
            bias: consts::B,
            dropped: consts::D,
        },
        has_states: true,
        streaming: recurrent::stepwise::streaming(arg::return_sequences, arg::go_backwards),
        infer: rule!(infer),
    }

    impl Cell;
}

/// Maps `(steps, features)`, with or without initial states `[h, c]`, to `(units,)` or `(steps, units)`, and the last
/// states if requested.
///
/// The type is `LSTM<features, units, 4 · units, use_bias, columns of the output, return_state, D>`, where `D` is the
/// number of features if `dropout` is given, else 0.
///
/// # Errors
/// If the input is not a sequence, an initial state has another shape, a rate is not from 0 to 1, or for `stateful`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let asked = recurrent::arguments!(args);
    let n = match recurrent::sizes(&asked, inputs, 2) {
        Ok(constants) => constants,
        Err(error) => return Err(error),
    };
    let (gates, bias) = (n.units.saturating_mul(4), args.use_bias() as usize);
    let consts = Consts { F: n.features, U: n.units, G: gates, B: bias, P: n.positions, STATE: n.state, D: n.dropped };
    Ok(recurrent::outputs(&asked, inputs, 2, &consts.list()))
}

#[cfg(feature = "compute")]
mod step;

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::SPEC::LSTM;
    pub use super::step::*;
    use crate::activations::{Activation, Sigmoid, Tanh};
    use crate::kernels::Simd;
    use crate::layers::recurrent::cell::{AllSteps, Cell, Options, Step, StepBack};
    use crate::layers::recurrent::{Returns, Sizes, Two, weights::recurrent_weights};
    use crate::spec::shape::Shape;
    use crate::tensor::scalar::Scalar;
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    recurrent_weights! {
        /// The weights of an [`LSTM`]. The gates follow each other in the order `i`, `f`, `g`, `o` (Keras's i, f, c,
        /// o).
        pub struct LSTMWeights<T; F, U, G, B; A = Tanh, R = Sigmoid> {
            /// `W`: one row per unit of each gate, one column per feature. Keras's `(features, 4 · units)` has the same
            /// bytes.
            kernel: SMatrix<T, G, F>,
            /// `V`: one row per unit of each gate, one column per unit of the state.
            recurrent_kernel: SMatrix<T, G, U>,
            /// `b`: one column, or none without a bias.
            bias: SMatrix<T, G, B> => Shape::new(&[G]),
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
    > Cell for LSTM<F, U, G, B, P, STATE, D, A, R>
    {
        type Sizes = Sizes<F, U, G, Two, U, D>;
        type Weights<T: Scalar> = LSTMWeights<T, F, U, G, B, A, R>;
        type Returns = Returns<Self::Sizes, P, STATE>;
        const FITS: bool = G == 4 * U && B <= 1 && STATE <= 1;

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
            // z += V · (m ⊙ h)
            let v = w.recurrent_kernel.as_slice();
            at.add_state::<M, U, G>(simd, v);
            // The output is local, so the compiler knows that it does not alias the inputs.
            let (mut gates, mut next, mut read) = ([T::ZERO; G], [T::ZERO; U], [T::ZERO; U]);
            for (k, (h, c)) in at.h.chunks_exact_mut(U).zip(at.c.chunks_exact_mut(U)).enumerate() {
                let (Some(z), Some(gates_kept), Some(read_kept)) =
                    (at.pre.get::<G>(k), at.gates.get_mut::<G>(k), at.own.get_mut::<U>(k))
                else {
                    return;
                };
                // (i, f) = R(z)    g = A(z)    o = R(z)
                self.recurrent_activation.forward_on(simd, U, &z[..2 * U], &mut gates[..2 * U]);
                self.activation.forward_on(simd, U, &z[2 * U..3 * U], &mut gates[2 * U..3 * U]);
                self.recurrent_activation.forward_on(simd, U, &z[3 * U..], &mut gates[3 * U..]);
                // c = f ⊙ c + i ⊙ g
                let (i, f, g, o) = four::<T, U>(&gates);
                for u in 0..U {
                    next[u] = f[u] * c[u] + i[u] * g[u];
                }
                c.copy_from_slice(&next);
                // h = o ⊙ A(c)
                self.activation.forward_on(simd, U, &next, &mut read);
                for u in 0..U {
                    next[u] = o[u] * read[u];
                }
                h.copy_from_slice(&next);
                gates_kept.copy_from_slice(&gates);
                read_kept.copy_from_slice(&read);
            }
        }

        #[inline(always)]
        fn backward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
            let (mut after, mut dread, mut dc_after) = ([T::ZERO; U], [T::ZERO; U], [T::ZERO; U]);
            let mut d = [T::ZERO; G];
            let samples = at.dz.chunks_exact_mut(G).zip(at.dh.chunks_exact_mut(U)).zip(at.dc.chunks_exact_mut(U));
            for (k, ((dz_of_sample, dh), dc)) in samples.enumerate() {
                let mut dz = [T::ZERO; G];
                if at.counts.sample(k) {
                    let (Some(z), Some(gates), Some(read), Some(c)) =
                        (at.pre.get::<G>(k), at.gates.get::<G>(k), at.own.get::<U>(k), at.c_before.get::<U>(k))
                    else {
                        return;
                    };
                    let (i, f, g, o) = four::<T, U>(gates);
                    // h = o ⊙ A(c'), so dc' += A'(c') · o ⊙ dh, where c' = f ⊙ c + i ⊙ g is computed again
                    for u in 0..U {
                        after[u] = f[u] * c[u] + i[u] * g[u];
                        dread[u] = o[u] * dh[u];
                    }
                    dc_after.copy_from_slice(dc);
                    self.activation.backward_on(simd, U, &after, read, &dread, &mut dc_after);
                    // and do = A(c') ⊙ dh; then di = g ⊙ dc', df = c ⊙ dc', dg = i ⊙ dc'
                    for u in 0..U {
                        d[u] = g[u] * dc_after[u];
                        d[U + u] = c[u] * dc_after[u];
                        d[2 * U + u] = i[u] * dc_after[u];
                        d[3 * U + u] = read[u] * dh[u];
                    }
                    // c' = f ⊙ c, so dc = f ⊙ dc'; h enters only through the product
                    for u in 0..U {
                        dc_after[u] *= f[u];
                    }
                    dc.copy_from_slice(&dc_after);
                    dh.fill(T::ZERO);
                    // dz = R'(z) · d or A'(z) · d
                    let (r, a, g) = (&self.recurrent_activation, &self.activation, 2 * U..3 * U);
                    r.backward_on(simd, U, &z[..2 * U], &gates[..2 * U], &d[..2 * U], &mut dz[..2 * U]);
                    a.backward_on(simd, U, &z[g.clone()], &gates[g.clone()], &d[g.clone()], &mut dz[g]);
                    r.backward_on(simd, U, &z[3 * U..], &gates[3 * U..], &d[3 * U..], &mut dz[3 * U..]);
                }
                dz_of_sample.copy_from_slice(&dz);
                let Some(dz_kept) = at.dz_kept.get_mut::<G>(k) else { return };
                dz_kept.copy_from_slice(&dz);
            }
            // z += V · (m ⊙ h), so dh += m ⊙ (Vᵀ · dz)
            at.add_state_back::<U, G>(w.recurrent_kernel.as_slice());
        }

        fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>) {
            // z += V · (m ⊙ h), so dV += dz · (m ⊙ h)ᵀ
            let dv = dw.recurrent_kernel.as_mut_slice();
            at.add_state_outer::<U, G>(dv);
        }

        fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, rng: &mut dyn Rng) {
            self.kernel_initializer.fill(w.kernel.as_mut_slice(), &[F, G], Fans::new(F, G), rng);
            self.recurrent_initializer.fill(w.recurrent_kernel.as_mut_slice(), &[U, G], Fans::new(U, G), rng);
            if B == 0 {
                return;
            }
            if self.unit_forget_bias {
                // In three parts, as in Keras: the initializer sees the sizes.
                let (i, rest) = w.bias.as_mut_slice().split_at_mut(U);
                let (f, rest) = rest.split_at_mut(U);
                self.bias_initializer.fill(i, &[U], Fans::new(U, U), rng);
                f.fill(T::ONE);
                self.bias_initializer.fill(rest, &[2 * U], Fans::new(2 * U, 2 * U), rng);
            } else {
                self.bias_initializer.fill(w.bias.as_mut_slice(), &[G], Fans::new(G, G), rng);
            }
        }

        fn bound<T: Scalar>(&self, w: &mut Self::Weights<T>) {
            self.kernel_constraint.apply(w.kernel.as_mut_slice(), &[F, G]);
            self.recurrent_constraint.apply(w.recurrent_kernel.as_mut_slice(), &[U, G]);
            self.bias_constraint.apply(w.bias.as_mut_slice(), &[G]);
        }

        fn penalty<T: Scalar>(&self, w: &Self::Weights<T>, dw: Option<&mut Self::Weights<T>>) -> T {
            w.penalty([&self.kernel_regularizer, &self.recurrent_regularizer, &self.bias_regularizer], dw)
        }
    }

    /// Returns the gates `i`, `f`, `g`, `o`.
    #[inline(always)]
    fn four<T, const U: usize>(gates: &[T]) -> (&[T], &[T], &[T], &[T]) {
        (&gates[..U], &gates[U..2 * U], &gates[2 * U..3 * U], &gates[3 * U..4 * U])
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
