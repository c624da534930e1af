//! Recurrent layers: both directions, all outputs, masks and dropout.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::losses::*;
use nn::optimizers::*;
use nn::prelude::*;
use nn::{SMatrix, SVector};
use nn_firmware::kinds;

type Steps = SMatrix<f32, 3, 5>;
type Pair = SVector<f32, 2>;

kinds! {
    lstm: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(2)(LSTM(4)(x));
        Model(inputs = x, outputs = y)
    }
    gru: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(2)(GRU(4)(x));
        Model(inputs = x, outputs = y)
    }
    gru_reset_before: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(2)(GRU(4, reset_after = false)(x));
        Model(inputs = x, outputs = y)
    }
    simple_rnn: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(2)(SimpleRNN(4)(x));
        Model(inputs = x, outputs = y)
    }
    stacked: Steps => SMatrix<f32, 4, 5>, MeanSquaredError, Adam::DEFAULT, 2 {
        let x = Input(shape = [5, 3]);
        let h = LSTM(5, return_sequences = true)(x);
        let h = GRU(4, return_sequences = true, go_backwards = true)(h);
        let y = SimpleRNN(4, return_sequences = true, activation = relu)(h);
        Model(inputs = x, outputs = y)
    }
    dropped: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let a = LSTM(4, dropout = 0.3)(x);
        let b = GRU(4, dropout = 0.3, recurrent_dropout = 0.2)(x);
        let c = SimpleRNN(3, dropout = 0.3, recurrent_dropout = 0.2)(x);
        let d = LSTM(2, recurrent_dropout = 0.2)(x);
        let e = GRU(2, reset_after = false, recurrent_dropout = 0.2)(x);
        let y = Dense(2)(concatenate([a, b, c, d, e]));
        Model(inputs = x, outputs = y)
    }
    states: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let (a, h, c) = LSTM(4, return_sequences = true, return_state = true)(x);
        let (b, h, c) = LSTM(4, return_state = true)(a, initial_state = [h, c]);
        let (d, e) = GRU(4, return_state = true)(a, initial_state = [h]);
        let (f, g) = SimpleRNN(4, return_state = true)(a, initial_state = [c]);
        let y = Dense(2)(concatenate([b, d, e, f, g]));
        Model(inputs = x, outputs = y)
    }
    masked: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = LSTM(4, return_sequences = true)(Masking()(x));
        let h = GRU(4, return_sequences = true, zero_output_for_mask = true)(h);
        let y = Dense(2)(SimpleRNN(3, go_backwards = true)(h));
        Model(inputs = x, outputs = y)
    }
    masked_loss: Steps => SMatrix<f32, 2, 5>, Huber, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Bidirectional(LSTM(4, return_sequences = true))(Masking()(x));
        let y = TimeDistributed(Dense(2))(h);
        Model(inputs = x, outputs = y)
    }
    both_concat: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Bidirectional(LSTM(4, return_sequences = true))(x);
        let y = Dense(2)(Bidirectional(GRU(3))(h));
        Model(inputs = x, outputs = y)
    }
    both_sum: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Bidirectional(GRU(4, return_sequences = true), merge_mode = sum)(x);
        let y = Dense(2)(Bidirectional(LSTM(3), merge_mode = sum)(h));
        Model(inputs = x, outputs = y)
    }
    both_mul: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Bidirectional(SimpleRNN(4, return_sequences = true), merge_mode = mul)(x);
        let y = Dense(2)(Bidirectional(SimpleRNN(3), merge_mode = mul)(h));
        Model(inputs = x, outputs = y)
    }
    both_ave: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Bidirectional(LSTM(4, return_sequences = true, dropout = 0.2), merge_mode = ave)(x);
        let y = Dense(2)(Bidirectional(LSTM(3), merge_mode = ave)(h));
        Model(inputs = x, outputs = y)
    }
    both_none: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let (a, b) = Bidirectional(LSTM(4, return_sequences = true), merge_mode = None)(x);
        let (c, d, h, hc, k, kc) = Bidirectional(LSTM(3, return_state = true), merge_mode = None)(add([a, b]));
        let (e, f, g) = Bidirectional(GRU(3, return_state = true))(a, initial_state = [h, k]);
        let y = Dense(2)(concatenate([c, d, hc, kc, e, f, g]));
        Model(inputs = x, outputs = y)
    }
    own_cell: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = RNN(cell::Leaky(4), return_sequences = true)(x);
        let y = Dense(2)(Bidirectional(RNN(cell::Leaky(3)))(h));
        Model(inputs = x, outputs = y)
    }
    distributed: SMatrix<f32, 3, 10> => SMatrix<f32, 4, 2>, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [2, 5, 3]);
        let y = TimeDistributed(LSTM(4))(x);
        Model(inputs = x, outputs = y)
    }
    folded: SVector<u32, 5> => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5], dtype = u32);
        let h = Embedding(4, 3, mask_zero = true)(x);
        let y = Dense(2)(Bidirectional(LSTM(4))(h));
        Model(inputs = x, outputs = y)
    }
}

/// A cell as a user writes it.
mod cell {
    use nn::layers::recurrent::{AllSteps, Cell, Returns, Simd, Sizes, Step, StepBack, state_shape};
    use nn::prelude::*;
    use nn::spec::{Inferred, LayerSpec, Value, rule};
    use nn::{Scalar, Shape, ShapeError};

    nn::weights! {
        /// The weights of a [`Leaky`].
        pub struct LeakyWeights<T, const F: usize, const U: usize> {
            /// `W`
            kernel: SMatrix<T, U, F> => [F, U],
            /// `V`
            recurrent_kernel: SMatrix<T, U, U> => [U, U],
        }
    }

    nn::layer! {
        /// `h' = h / 2 + W · x + V · h`
        pub struct Leaky<F, U> {
            /// The scalars of the state.
            units: Size,
        }

        pub const SPEC: LayerSpec { weights: LeakyWeights<F, U>, infer: rule!(infer) }

        impl Cell;
    }

    /// The shape rule.
    pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        let units = Args(args).units();
        match state_shape(inputs, units, 1) {
            Ok(state) => Ok(Inferred::new(state, &Consts { F: inputs[0].dim(0), U: units }.list())),
            Err(error) => Err(error),
        }
    }

    impl<const F: usize, const U: usize> Cell for Leaky<F, U> {
        type Sizes = Sizes<F, U, U>;
        type Weights<T: Scalar> = LeakyWeights<T, F, U>;
        type Returns = Returns<Self::Sizes>;

        fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]) {
            (w.kernel.as_slice(), &[])
        }

        fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]) {
            (dw.kernel.as_mut_slice(), &mut [])
        }

        #[inline(always)]
        fn forward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: Step<'_, T>) {
            at.add_state::<M, U, U>(simd, w.recurrent_kernel.as_slice());
            for (k, h) in at.h.chunks_exact_mut(U).enumerate() {
                let Some(z) = at.pre.get::<U>(k) else { return };
                h.iter_mut().zip(z).for_each(|(h, &z)| *h = T::of(0.5) * *h + z);
            }
        }

        #[inline(always)]
        fn backward_step<T: Scalar, M: Simd<T>>(&self, _: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
            for (k, (dz, dh)) in at.dz.chunks_exact_mut(U).zip(at.dh.chunks_exact_mut(U)).enumerate() {
                dz.fill(T::ZERO);
                if at.counts.sample(k) {
                    dz.copy_from_slice(dh);
                    dh.iter_mut().for_each(|dh| *dh *= T::of(0.5));
                }
                let Some(kept) = at.dz_kept.get_mut::<U>(k) else { return };
                kept.copy_from_slice(dz);
            }
            at.add_state_back::<U, U>(w.recurrent_kernel.as_slice());
        }

        fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>) {
            at.add_state_outer::<U, U>(dw.recurrent_kernel.as_mut_slice());
        }

        fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, _: &mut dyn Rng) {
            w.kernel.fill(T::of(0.25));
            w.recurrent_kernel.fill(T::of(-0.125));
        }
    }
}
