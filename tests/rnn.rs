//! Recurrent layers around a user's own cells: gradients, equality with a library layer, and graphs.

#![allow(missing_docs)]

use nn::layer::Shape;
use nn::layers::RNN;
use nn::prelude::*;
use nn_core::testing::check_layer;

#[allow(unreachable_pub)]
mod my {
    use nn::activations::{Activation, Sigmoid, Tanh};
    use nn::layer::{Shape, ShapeError};
    use nn::layers::recurrent::{AllSteps, Cell, Returns, Simd, Sizes, Step, StepBack, Two, state_shape};
    use nn::prelude::*;
    use nn::spec::{Arity, Inferred, LayerSpec, Value, rule};
    use nn::weights;

    weights! {
        /// Kernel, recurrent kernel and bias of `G` rows.
        pub struct GateWeights<T, const F: usize, const U: usize, const G: usize> {
            /// `W`
            kernel: SMatrix<T, G, F> => [F, G],
            /// `V`
            recurrent_kernel: SMatrix<T, G, U> => [U, G],
            /// `b`
            bias: SVector<T, G> => [G],
        }
    }

    nn::layer! {
        /// Elman's cell, as in `SimpleRNN`: `h' = tanh(W · x + b + V · h)`.
        pub struct Elman<F, U, G> {
            /// The scalars of a state.
            units: Size,
        }

        pub const ELMAN: LayerSpec { infer: rule!(elman) }

        impl Cell;
    }

    pub const fn elman(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        let units = ELMAN::Args(args).units();
        match state_shape(inputs, units, 1) {
            Ok(state) => {
                let consts = ELMAN::Consts { F: inputs[0].dim(0), U: units, G: units };
                Ok(Inferred::new(state, &consts.list()))
            }
            Err(error) => Err(error),
        }
    }

    impl<const F: usize, const U: usize, const G: usize> Cell for Elman<F, U, G> {
        type Sizes = Sizes<F, U, G>;
        type Weights<T: Scalar> = GateWeights<T, F, U, G>;
        type Returns = Returns<Self::Sizes>;
        const FITS: bool = G == U;

        fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]) {
            (w.kernel.as_slice(), w.bias.as_slice())
        }

        fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]) {
            (dw.kernel.as_mut_slice(), dw.bias.as_mut_slice())
        }

        fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, rng: &mut dyn Rng) {
            let mut draw = || T::of(f64::from(rng.next_u32()) / f64::from(u32::MAX) - 0.5);
            w.kernel.iter_mut().for_each(|w| *w = draw());
            w.recurrent_kernel.iter_mut().for_each(|w| *w = draw());
        }

        #[inline(always)]
        fn forward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: Step<'_, T>) {
            at.add_state::<M, U, G>(simd, w.recurrent_kernel.as_slice());
            for (k, h) in at.h.chunks_exact_mut(U).enumerate() {
                let (z, y) = (at.pre.row(k), at.gates.row(k));
                Tanh.forward(U, z, y);
                h.copy_from_slice(y);
            }
        }

        #[inline(always)]
        fn backward_step<T: Scalar, M: Simd<T>>(&self, _: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
            for (k, (dz, dh)) in at.dz.chunks_exact_mut(G).zip(at.dh.chunks_exact_mut(U)).enumerate() {
                dz.fill(T::ZERO);
                if at.counts.sample(k) {
                    Tanh.backward(U, at.pre.row(k), at.gates.row(k), dh, dz);
                    dh.fill(T::ZERO);
                }
                at.dz_kept.row(k).copy_from_slice(dz);
            }
            at.add_state_back::<U, G>(w.recurrent_kernel.as_slice());
        }

        fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>) {
            at.add_state_outer::<U, G>(dw.recurrent_kernel.as_mut_slice());
        }
    }

    nn::layer! {
        /// The minimal gated unit: `f = σ(W_f · x + b_f + V_f · h)`, `n = tanh(W_n · x + b_n + V_n · (f ⊙ h))`,
        /// `h' = (1 - f) ⊙ h + f ⊙ n`. The rows are `f`, then `n`. Source: Zhou et al., 2016,
        /// <https://arxiv.org/abs/1603.09420>
        pub struct Mgu<F, U, G> {
            /// The scalars of a state.
            units: Size,
        }

        pub const MGU: LayerSpec { infer: rule!(mgu) }

        impl Cell;
    }

    pub const fn mgu(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        let units = MGU::Args(args).units();
        match state_shape(inputs, units, 1) {
            Ok(state) => {
                let consts = MGU::Consts { F: inputs[0].dim(0), U: units, G: 2 * units };
                Ok(Inferred::new(state, &consts.list()))
            }
            Err(error) => Err(error),
        }
    }

    impl<const F: usize, const U: usize, const G: usize> Cell for Mgu<F, U, G> {
        type Sizes = Sizes<F, U, G>;
        type Weights<T: Scalar> = GateWeights<T, F, U, G>;
        type Returns = Returns<Self::Sizes>;
        const FITS: bool = G == 2 * U;

        fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]) {
            (w.kernel.as_slice(), w.bias.as_slice())
        }

        fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]) {
            (dw.kernel.as_mut_slice(), dw.bias.as_mut_slice())
        }

        fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, rng: &mut dyn Rng) {
            let mut draw = || T::of(f64::from(rng.next_u32()) / f64::from(u32::MAX) - 0.5);
            w.kernel.iter_mut().for_each(|w| *w = draw());
            w.recurrent_kernel.iter_mut().for_each(|w| *w = draw());
        }

        #[inline(always)]
        fn forward_step<T: Scalar, M: Simd<T>>(&self, _: M, w: &Self::Weights<T>, mut at: Step<'_, T>) {
            let v = &w.recurrent_kernel;
            for (k, h) in at.h.chunks_exact_mut(U).enumerate() {
                let (z, gates) = (at.pre.row(k), at.gates.row(k));
                for g in 0..U {
                    for u in 0..U {
                        z[g] += v[(g, u)] * h[u];
                    }
                }
                Sigmoid.forward(U, &z[..U], &mut gates[..U]);
                for g in 0..U {
                    for u in 0..U {
                        z[U + g] += v[(U + g, u)] * gates[u] * h[u];
                    }
                }
                Tanh.forward(U, &z[U..], &mut gates[U..]);
                for u in 0..U {
                    h[u] += gates[u] * (gates[U + u] - h[u]);
                }
            }
        }

        #[inline(always)]
        fn backward_step<T: Scalar, M: Simd<T>>(&self, _: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
            let v = &w.recurrent_kernel;
            for (k, (dz, dh)) in at.dz.chunks_exact_mut(G).zip(at.dh.chunks_exact_mut(U)).enumerate() {
                dz.fill(T::ZERO);
                if at.counts.sample(k) {
                    let (gates, h) = (at.gates.row(k), at.h_before.row(k));
                    let (f, n) = gates.split_at(U);
                    let mut df = [T::ZERO; U];
                    // h' = h + f ⊙ (n - h), so dn = f ⊙ dh', df = (n - h) ⊙ dh', dh = (1 - f) ⊙ dh'
                    for u in 0..U {
                        dz[U + u] = (T::ONE - n[u] * n[u]) * f[u] * dh[u];
                        df[u] = (n[u] - h[u]) * dh[u];
                        dh[u] *= T::ONE - f[u];
                    }
                    // z_n += V_n · (f ⊙ h), so with s = V_nᵀ · dz_n, df += h ⊙ s and dh += f ⊙ s
                    for u in 0..U {
                        let s: T = (0..U).map(|g| v[(U + g, u)] * dz[U + g]).sum();
                        df[u] += h[u] * s;
                        dh[u] += f[u] * s;
                    }
                    for u in 0..U {
                        dz[u] = f[u] * (T::ONE - f[u]) * df[u];
                    }
                    for u in 0..U {
                        dh[u] += (0..U).map(|g| v[(g, u)] * dz[g]).sum::<T>();
                    }
                }
                at.dz_kept.row(k).copy_from_slice(dz);
            }
        }

        fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>) {
            let (rows, dv) = (at.dz.chunks_exact(G), &mut dw.recurrent_kernel);
            for ((dz, h), gates) in rows.zip(at.h_before.chunks_exact(U)).zip(at.gates.chunks_exact(G)) {
                for g in 0..U {
                    for u in 0..U {
                        dv[(g, u)] += dz[g] * h[u];
                        dv[(U + g, u)] += dz[U + g] * gates[u] * h[u];
                    }
                }
            }
        }
    }

    nn::layer! {
        /// Two states: `c' = c / 2 + z`, `h' = tanh(c')`, with `z = W · x + b + V · h`. It keeps `h'`.
        pub struct Leaky<F, U, G> {
            /// The scalars of a state.
            units: Size,
        }

        pub const LEAKY: LayerSpec { inputs: Arity { min: 1, max: 2 }, infer: rule!(leaky) }

        impl Cell;
    }

    pub const fn leaky(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        let units = LEAKY::Args(args).units();
        match state_shape(inputs, units, 2) {
            Ok(state) => {
                let consts = LEAKY::Consts { F: inputs[0].dim(0), U: units, G: units };
                Ok(Inferred::new(state, &consts.list()))
            }
            Err(error) => Err(error),
        }
    }

    impl<const F: usize, const U: usize, const G: usize> Cell for Leaky<F, U, G> {
        type Sizes = Sizes<F, U, G, Two, U>;
        type Weights<T: Scalar> = GateWeights<T, F, U, G>;
        type Returns = Returns<Self::Sizes>;
        const FITS: bool = G == U;

        fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]) {
            (w.kernel.as_slice(), w.bias.as_slice())
        }

        fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]) {
            (dw.kernel.as_mut_slice(), dw.bias.as_mut_slice())
        }

        fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, rng: &mut dyn Rng) {
            let mut draw = || T::of(f64::from(rng.next_u32()) / f64::from(u32::MAX) - 0.5);
            w.kernel.iter_mut().for_each(|w| *w = draw());
            w.recurrent_kernel.iter_mut().for_each(|w| *w = draw());
        }

        #[inline(always)]
        fn forward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: Step<'_, T>) {
            at.add_state::<M, U, G>(simd, w.recurrent_kernel.as_slice());
            for (k, (h, c)) in at.h.chunks_exact_mut(U).zip(at.c.chunks_exact_mut(U)).enumerate() {
                let (z, own) = (at.pre.row(k), at.own.row(k));
                for u in 0..U {
                    c[u] = c[u] * T::of(0.5) + z[u];
                }
                Tanh.forward(U, c, own);
                h.copy_from_slice(own);
            }
        }

        #[inline(always)]
        fn backward_step<T: Scalar, M: Simd<T>>(&self, _: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
            let samples = at.dz.chunks_exact_mut(G).zip(at.dh.chunks_exact_mut(U)).zip(at.dc.chunks_exact_mut(U));
            for (k, ((dz, dh), dc)) in samples.enumerate() {
                dz.fill(T::ZERO);
                if at.counts.sample(k) {
                    let own = at.own.row(k);
                    for u in 0..U {
                        dz[u] = dc[u] + (T::ONE - own[u] * own[u]) * dh[u];
                        dc[u] = dz[u] * T::of(0.5);
                        dh[u] = T::ZERO;
                    }
                }
                at.dz_kept.row(k).copy_from_slice(dz);
            }
            at.add_state_back::<U, G>(w.recurrent_kernel.as_slice());
        }

        fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>) {
            at.add_state_outer::<U, G>(dw.recurrent_kernel.as_mut_slice());
        }
    }
}

type X = SMatrix<f64, 3, 5>;
type H = SVector<f64, 2>;

#[test]
fn gradients() {
    let (mgu, leaky) = (my::Mgu::<3, 2, 4>::DEFAULT, my::Leaky::<3, 2, 2>::DEFAULT);
    check_layer::<X, _>(&RNN::<_>::new(mgu));
    check_layer::<X, _>(&RNN::<_, 5>::new(mgu));
    check_layer::<(X, H), _>(&RNN::<_, 5, 1>::new(mgu));
    check_layer::<(X, H), _>(&RNN::<_, 1, 1, 1>::new(mgu));
    check_layer::<(X, H, H), _>(&RNN::<_, 5, 1>::new(leaky));
    check_layer::<X, _>(&RNN::<_, 5, 0, 1>::new(leaky));
    check_layer::<X, _>(&nn::layers::Bidirectional::<_, 0, 3, 2, 4, 5, 0>::new(RNN::<_, 5>::new(mgu)));
}

model! {
    /// The library's layer.
    pub struct Own;

    let x = Input(shape = [5, 3]);
    let m = Masking(mask_value = 0.0)(x);
    let all = SimpleRNN(2, return_sequences = true)(m);
    let back = SimpleRNN(4, go_backwards = true)(all);

    Model(inputs = x, outputs = [all, back])
}

model! {
    /// The same with a user's cell.
    pub struct Users;

    let x = Input(shape = [5, 3]);
    let m = Masking(mask_value = 0.0)(x);
    let all = RNN(my::Elman(2), return_sequences = true)(m);
    let back = RNN(my::Elman(units = 4), go_backwards = true)(all);

    Model(inputs = x, outputs = [all, back])
}

/// Predictions and training, with a mask that passes through the first layer to the second: bit for bit.
#[test]
fn like_a_layer_of_the_library() -> nn::Result<()> {
    let own = Own::<f32>::boxed(&mut StdRng::seed_from_u64(3));
    let mut users = Users::<f32>::boxed(&mut StdRng::seed_from_u64(4));
    users.as_mut_slice().copy_from_slice(own.as_slice());
    let x = |i: usize| {
        SMatrix::<f32, 3, 5>::from_fn(|f, t| if (t + i).is_multiple_of(4) { 0.0 } else { (f + t) as f32 * 0.2 - 0.5 })
    };
    let x: Vec<_> = (0..8).map(x).collect();
    let (all, back) = (vec![SMatrix::<f32, 2, 5>::repeat(0.1); 8], vec![SVector::<f32, 4>::repeat(-0.2); 8]);
    let mut own = own.compile(Adam::default(), (MeanSquaredError, MeanSquaredError));
    let mut users = users.compile(Adam::default(), (MeanSquaredError, MeanSquaredError));
    for _ in 0..2 {
        let (expected, got) = (own.model().predict(&x)?, users.model().predict(&x)?);
        assert_eq!((expected.all, expected.back), (got.all, got.back));
        own.fit(&x, (&all, &back), Fit::new().verbose(0).epochs(3))?;
        users.fit(&x, (&all, &back), Fit::new().verbose(0).epochs(3))?;
    }
    assert_eq!(own.model().as_slice(), users.model().as_slice());
    Ok(())
}

/// Here sizes also have names.
const UNITS: usize = 4;

model! {
    /// States in and out, of one kind and of two, in both directions.
    pub struct States;

    let x = Input(shape = [6, 3]);
    let h = Input(shape = [UNITS]);
    let c = Input(shape = [UNITS]);
    let (a, last) = RNN(my::Mgu(UNITS), return_sequences = true, return_state = true)(x, initial_state = [h]);
    let (b, h2, c2) = RNN(my::Leaky(4), return_state = true, zero_output_for_mask = true)(a, initial_state = [last, c]);
    let both = Bidirectional(RNN(my::Mgu(3)), merge_mode = sum)(a);

    Model(inputs = [x, h, c], outputs = [b, h2, c2, both])
}

#[test]
fn states_pass_through_a_graph() {
    use nn::Graph;
    type Inputs = (SMatrix<f64, 3, 6>, SVector<f64, 4>, SVector<f64, 4>);
    check_layer::<Inputs, _>(&<<States<f64> as nn::Model>::Graph as Graph<f64, Inputs>>::NEW);
    assert!(States::<f32>::SUMMARY.contains("RNN"));
}

#[test]
fn a_cell_says_what_it_reads() {
    let units = [nn::spec::Value::Size(2)];
    let error = my::mgu(&units, &[Shape::new(&[5, 4])]).unwrap_err();
    assert_eq!(error.to_string(), "expected a step of shape (features,), but got (5, 4)");
    assert_eq!(my::leaky(&units, &[Shape::new(&[3])]).unwrap().output(0), Shape::new(&[2, 2]));
}
