//! GRU: the gated recurrent unit: gates decide which part of the state a step replaces.
//!
//! ```text
//! a = W · (m ⊙ x) + b      the rows of a and of V are those of z, r and h; m and m' are 1 without dropout
//!
//! z = R(a_z + V_z · (m' ⊙ h) + b'_z)        how much of the state stays
//! r = R(a_r + V_r · (m' ⊙ h) + b'_r)        how much of it the candidate sees
//! n = A(a_h + r ⊙ (V_h · (m' ⊙ h) + b'_h))  the candidate, with reset_after
//!     A(a_h + V_h · (m' ⊙ r ⊙ h))           without, where there is no b'
//! h' = z ⊙ h + (1 - z) ⊙ n
//!
//! da_h = A'(..) · ((1 - z) ⊙ dh')
//! da_z = R'(..) · ((h - n) ⊙ dh')
//! da_r = R'(..) · (v ⊙ da_h)                with reset_after, where v = V_h · (m' ⊙ h) + b'_h
//!        R'(..) · (h ⊙ s)                   without, where s = m' ⊙ (V_hᵀ · da_h)
//! dh   = z ⊙ dh' + m' ⊙ (V_zᵀ · da_z + V_rᵀ · da_r)
//!        + m' ⊙ (V_hᵀ · (r ⊙ da_h))         with reset_after
//!        + r ⊙ s                            without
//! dx  += m ⊙ (Wᵀ · da)
//! dW  += da · (m ⊙ x)ᵀ     db += da         summed over steps and samples
//! dV_z += da_z · (m' ⊙ h)ᵀ                  dV_r in the same way
//! dV_h += (r ⊙ da_h) · (m' ⊙ h)ᵀ            with reset_after, and db' likewise: da_z, da_r, r ⊙ da_h
//!         da_h · (m' ⊙ r ⊙ h)ᵀ              without
//! ```
//!
//! `A` is the `activation`, tanh by default, and `R` the `recurrent_activation`, sigmoid by default. Before the first
//! step, h is zero or the `initial_state`. dh' is the gradient of this step's output plus the gradient that the next
//! step hands back. With `reset_after`, the default, one product with the whole of V serves all gates and all samples.
//!
//! Shapes: input `(steps, features)`; output `(units,)`, or `(steps, units)` with `return_sequences`. `return_state`
//! adds the last h, `(units,)`. Kernel W is `(features, 3 · units)`, recurrent kernel V `(units, 3 · units)`. The bias
//! is `(2, 3 · units)`, b and b', or `(3 · units,)` without `reset_after`. All recurrent layers walk as [`recurrent`].
//!
//! Source: Cho et al., *Learning phrase representations using RNN encoder-decoder*, EMNLP (2014);
//! <https://keras.io/api/layers/recurrent_layers/gru/>

use super::recurrent;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Folding, Inferred, LayerSpec, Masking, Value, layer, rule};

layer! {
    /// The gated recurrent unit: gates decide which part of the state a step replaces.
    #[example = "let y = GRU(32)(x); // [20, 8] → [32]"]
    #[example = "let (y, h) = GRU(32, return_state = true)(x); // [20, 8] → [32], [32]"]
    #[example = "let y = GRU(32)(x, initial_state = [h]); // [20, 8], [32] → [32]"]
    /// `F` is the number of features, `U` that of units, and `G` is `3 · U`. `NB` is the number of columns of the bias:
    /// 2 with `reset_after`, 1 without, 0 without a bias. With a bias, `NB` decides and not the field `reset_after`.
    /// `P` is the number of steps with `return_sequences`, else 1. `STATE` is 1 with `return_state`, else 0. `D` is `F`
    /// if `dropout` is above 0, else 0. `A` and `R` are the activations.
    #[doc(alias = "GRUCell")]
    #[doc(alias = "CuDNNGRU")]
    pub struct GRU<F, U, G, NB, P, STATE, D> {
        /// The number of features of the output and of each state.
        units: Size,
        /// Applied to the candidate for the new state.
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
        /// Applies the reset gate after the product with the recurrent kernel, not before.
        pub reset_after: Flag = true,
        /// Returns zeros at masked steps, not the output of the step before.
        pub zero_output_for_mask: Flag = false,
    }

    pub const SPEC: LayerSpec {
        weights: GRUWeights<F, U, G, NB>,
        inputs: Arity { min: 1, max: 2 },
        call_keywords: &["initial_state"],
        masking: Masking::Reads { passes: Some(arg::return_sequences), both: None },
        has_cache: true,
        has_scratch: true,
        folding: Folding::Recurrent {
            features: consts::F,
            units: consts::U,
            rows: consts::G,
            bias: consts::NB,
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
/// The type is `GRU<features, units, 3 · units, columns of the bias, columns of the output, return_state, D>`. The
/// bias has 2 columns with `reset_after` and 1 without. `D` is the number of features if `dropout` is given, else 0.
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
    let bias = if args.use_bias() { 1 + args.reset_after() as usize } else { 0 };
    let consts = Consts {
        F: n.features,
        U: n.units,
        G: n.units.saturating_mul(3),
        NB: bias,
        P: n.positions,
        STATE: n.state,
        D: n.dropped,
    };
    Ok(recurrent::outputs(&asked, inputs, 1, &consts.list()))
}

#[cfg(feature = "compute")]
mod step;

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::SPEC::GRU;
    pub use super::step::*;
    use crate::activations::{Activation, Sigmoid, Tanh};
    use crate::kernels::{self, Simd};
    use crate::layers::recurrent::cell::{self, AllSteps, Cell, Options, Step, StepBack};
    use crate::layers::recurrent::products;
    use crate::layers::recurrent::{One, Returns, Sizes, weights::recurrent_weights};
    use crate::spec::shape::Shape;
    use crate::tensor::scalar::Scalar;
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    recurrent_weights! {
        /// The weights of a [`GRU`]. The gates follow each other in the order `z`, `r`, `h`.
        pub struct GRUWeights<T; F, U, G, NB; A = Tanh, R = Sigmoid> {
            /// `W`: one row per unit of each gate, one column per feature. Keras's `(features, 3 · units)` has the same
            /// bytes.
            kernel: SMatrix<T, G, F>,
            /// `V`: one row per unit of each gate, one column per unit of the state.
            recurrent_kernel: SMatrix<T, G, U>,
            /// `b`: no column without a bias; one column without `reset_after`; otherwise one for the kernel and one
            /// for the recurrent kernel.
            bias: SMatrix<T, G, NB> => if NB == 1 { Shape::new(&[G]) } else { Shape::new(&[NB, G]) },
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
        A,
        R,
    > GRU<F, U, G, NB, P, STATE, D, A, R>
    {
        /// Whether the reset gate acts after the product. If there is a bias, its columns decide.
        #[inline(always)]
        const fn after(&self) -> bool {
            if NB == 0 { self.reset_after } else { NB == 2 }
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
    > Cell for GRU<F, U, G, NB, P, STATE, D, A, R>
    {
        type Sizes = Sizes<F, U, G, One, U, D>;
        type Weights<T: Scalar> = GRUWeights<T, F, U, G, NB, A, R>;
        type Returns = Returns<Self::Sizes, P, STATE>;
        const FITS: bool = G == 3 * U && NB <= 2 && STATE <= 1;

        fn options(&self) -> Options {
            Options {
                dropout: self.dropout,
                recurrent_dropout: self.recurrent_dropout,
                backwards: self.go_backwards,
                zero_output: self.zero_output_for_mask,
            }
        }

        fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]) {
            (w.kernel.as_slice(), if NB == 0 { &[] } else { &w.bias.as_slice()[..G] })
        }

        fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]) {
            (dw.kernel.as_mut_slice(), if NB == 0 { &mut [] } else { &mut dw.bias.as_mut_slice()[..G] })
        }

        #[inline(always)]
        fn forward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: Step<'_, T>) {
            let v = w.recurrent_kernel.as_slice();
            if self.after() {
                // V · (m' ⊙ h) + b'
                let b = if NB == 2 { &w.bias.as_slice()[G..] } else { &[] };
                cell::meet_state::<T, U, G>(v, b, at.h, at.state_mask, at.product);
            }
            // The output is local, so the compiler knows that it does not alias the inputs.
            let (mut gates, mut a, mut own, mut next) = ([T::ZERO; G], [T::ZERO; G], [T::ZERO; U], [T::ZERO; U]);
            for (k, (h, product)) in at.h.chunks_exact_mut(U).zip(at.product.chunks_exact(G)).enumerate() {
                let (Some(pre), Some(gates_kept), Some(own_kept)) =
                    (at.pre.get_mut::<G>(k), at.gates.get_mut::<G>(k), at.own.get_mut::<U>(k))
                else {
                    return;
                };
                let m = at.state_mask.sample(k, G);
                a.copy_from_slice(pre);
                // (z, r) = R(a + V · (m' ⊙ h) + b')
                if self.after() {
                    for g in 0..2 * U {
                        a[g] += product[g];
                    }
                } else {
                    products::add::<T, U, U, G>(0..2, v, h, m, &mut a);
                }
                self.recurrent_activation.forward_on(simd, U, &a[..2 * U], &mut gates[..2 * U]);
                // n = A(a + r ⊙ v), or A(a + V · (m' ⊙ r ⊙ h)); v or r ⊙ h is kept
                if self.after() {
                    own.copy_from_slice(&product[2 * U..]);
                    for u in 0..U {
                        a[2 * U + u] += gates[U + u] * own[u];
                    }
                } else {
                    for u in 0..U {
                        own[u] = gates[U + u] * h[u];
                    }
                    products::add::<T, U, U, G>(2..3, v, &own, m, &mut a);
                }
                self.activation.forward_on(simd, U, &a[2 * U..], &mut gates[2 * U..]);
                // h' = z ⊙ h + (1 - z) ⊙ n
                let (z, _, n) = three::<T, U>(&gates);
                for u in 0..U {
                    next[u] = z[u] * h[u] + (T::ONE - z[u]) * n[u];
                }
                h.copy_from_slice(&next);
                pre.copy_from_slice(&a);
                gates_kept.copy_from_slice(&gates);
                own_kept.copy_from_slice(&own);
            }
        }

        #[inline(always)]
        fn backward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
            let v = w.recurrent_kernel.as_slice();
            let (mut d, mut dh_before) = ([T::ZERO; G], [T::ZERO; U]);
            for (k, (da_of_sample, dh)) in at.dz.chunks_exact_mut(G).zip(at.dh.chunks_exact_mut(U)).enumerate() {
                let mut da = [T::ZERO; G];
                let Some(da_kept) = at.dz_kept.get_mut::<G>(k) else { return };
                if !at.counts.sample(k) {
                    da_of_sample.copy_from_slice(&da);
                    da_kept.copy_from_slice(&da);
                    continue;
                }
                let (Some(a), Some(gates), Some(own), Some(h)) =
                    (at.pre.get::<G>(k), at.gates.get::<G>(k), at.own.get::<U>(k), at.h_before.get::<U>(k))
                else {
                    return;
                };
                let ((z, r, n), m) = (three::<T, U>(gates), at.state_mask.sample(k, G));
                // h' = z ⊙ h + (1 - z) ⊙ n, so dz = (h - n) ⊙ dh', dn = (1 - z) ⊙ dh' and dh = z ⊙ dh'
                for u in 0..U {
                    d[u] = (h[u] - n[u]) * dh[u];
                    d[2 * U + u] = (T::ONE - z[u]) * dh[u];
                    dh_before[u] = dh[u] * z[u];
                }
                // da_h = A'(..) · dn
                self.activation.backward_on(simd, U, &a[2 * U..], n, &d[2 * U..], &mut da[2 * U..]);
                if self.after() {
                    // n = A(a + r ⊙ v), so dr = v ⊙ da_h
                    for u in 0..U {
                        d[U + u] = own[u] * da[2 * U + u];
                    }
                } else {
                    // n = A(a + V · (m' ⊙ r ⊙ h)), so with s = m' ⊙ (Vᵀ · da_h), dr = h ⊙ s and dh += r ⊙ s
                    let mut s = [T::ZERO; U];
                    products::add_transposed::<T, U, U, G>(2..3, v, &da, m, &mut s);
                    for u in 0..U {
                        d[U + u] = h[u] * s[u];
                        dh_before[u] += r[u] * s[u];
                    }
                }
                // da = R'(..) · (dz, dr)
                let gates = &gates[..2 * U];
                self.recurrent_activation.backward_on(simd, U, &a[..2 * U], gates, &d[..2 * U], &mut da[..2 * U]);
                da_kept.copy_from_slice(&da);
                if self.after() {
                    // The product with V is behind r, so its gradient is r ⊙ da_h.
                    for u in 0..U {
                        da[2 * U + u] *= r[u];
                    }
                } else {
                    products::add_transposed::<T, U, U, G>(0..2, v, &da, m, &mut dh_before);
                }
                da_of_sample.copy_from_slice(&da);
                dh.copy_from_slice(&dh_before);
            }
            if self.after() {
                at.add_state_back::<U, G>(v);
            }
        }

        fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>) {
            let dv = dw.recurrent_kernel.as_mut_slice();
            if !self.after() {
                products::add_outer::<T, U, U, G>(0..2, dv, at.h_before, at.state_mask, at.dz);
                products::add_outer::<T, U, U, G>(2..3, dv, at.own, at.state_mask, at.dz);
                return;
            }
            for (da, gates) in at.dz.chunks_exact_mut(G).zip(at.gates.chunks_exact(G)) {
                let (r, da) = (&gates[U..2 * U], &mut da[2 * U..]);
                for u in 0..U {
                    da[u] *= r[u];
                }
            }
            at.add_state_outer::<U, G>(dv);
            if NB == 2 {
                kernels::add_rows::<T, G>(&mut dw.bias.as_mut_slice()[G..], at.dz);
            }
        }

        fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, rng: &mut dyn Rng) {
            self.kernel_initializer.fill(w.kernel.as_mut_slice(), &[F, G], Fans::new(F, G), rng);
            self.recurrent_initializer.fill(w.recurrent_kernel.as_mut_slice(), &[U, G], Fans::new(U, G), rng);
            let (bias, fans) = (w.bias.as_mut_slice(), Fans::new(if NB == 2 { NB } else { G }, G));
            self.bias_initializer.fill(bias, bias_shape(&[NB, G]), fans, rng);
        }

        fn bound<T: Scalar>(&self, w: &mut Self::Weights<T>) {
            self.kernel_constraint.apply(w.kernel.as_mut_slice(), &[F, G]);
            self.recurrent_constraint.apply(w.recurrent_kernel.as_mut_slice(), &[U, G]);
            self.bias_constraint.apply(w.bias.as_mut_slice(), bias_shape(&[NB, G]));
        }

        fn penalty<T: Scalar>(&self, w: &Self::Weights<T>, dw: Option<&mut Self::Weights<T>>) -> T {
            w.penalty([&self.kernel_regularizer, &self.recurrent_regularizer, &self.bias_regularizer], dw)
        }
    }

    /// Returns the gates `z`, `r`, and the candidate.
    #[inline(always)]
    fn three<T, const U: usize>(gates: &[T]) -> (&[T], &[T], &[T]) {
        (&gates[..U], &gates[U..2 * U], &gates[2 * U..3 * U])
    }

    /// Returns `(2, 3 · units)`, or `(3 · units,)` for a bias of one column.
    fn bias_shape(full: &[usize; 2]) -> &[usize] {
        if full[0] == 2 { full } else { &full[1..] }
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
