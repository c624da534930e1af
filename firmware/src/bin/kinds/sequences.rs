//! Layers around sequences: tables, masks, pooling, normalization and layers on each step.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::losses::*;
use nn::optimizers::*;
use nn::prelude::*;
use nn::{SMatrix, SVector};
use nn_firmware::kinds;

type Steps = SMatrix<f32, 3, 5>;
type Words = SVector<u32, 5>;
type Pair = SVector<f32, 2>;

kinds! {
    embedding: Words => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5], dtype = u32);
        let y = Dense(2)(Flatten()(Embedding(4, 3)(x)));
        Model(inputs = x, outputs = y)
    }
    masked_pooling: Words => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5], dtype = u32);
        let e = Embedding(4, 3, mask_zero = true, embeddings_regularizer = l2(0.01))(x);
        let y = Dense(2)(GlobalAveragePooling1D()(e));
        Model(inputs = x, outputs = y)
    }
    pooling: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Dense(4)(x);
        let y = Dense(2)(concatenate([GlobalAveragePooling1D()(h), GlobalMaxPooling1D()(h)]));
        Model(inputs = x, outputs = y)
    }
    pooled_windows: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Dense(4)(x);
        let a = concatenate([MaxPooling1D(2)(h), AveragePooling1D(2)(h)]);
        let b = concatenate([
            MaxPooling1D(3, strides = 2, padding = same)(h),
            AveragePooling1D(3, strides = 2, padding = same)(h),
        ]);
        let c = concatenate([AdaptiveMaxPooling1D(2)(h), AdaptiveAveragePooling1D(2)(h)]);
        let y = Dense(2)(concatenate([Flatten()(a), Flatten()(b), Flatten()(c)]));
        Model(inputs = x, outputs = y)
    }
    masked_normalization: Steps => Steps, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Dense(3)(Masking()(x));
        let y = LayerNormalization()(BatchNormalization()(h));
        Model(inputs = x, outputs = y)
    }
    normalization: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = BatchNormalization(axis = 1)(Dense(4)(x));
        let h = LayerNormalization(center = false)(Dropout(0.3)(h));
        let h = GaussianNoise(0.1)(BatchNormalization(scale = false)(h));
        let y = Dense(2)(Flatten()(h));
        Model(inputs = x, outputs = y)
    }
    distributed: Steps => SMatrix<f32, 2, 5>, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = TimeDistributed(BatchNormalization())(TimeDistributed(Dense(4, activation = relu))(x));
        let y = TimeDistributed(Dense(2))(TimeDistributed(Dropout(0.2))(h));
        Model(inputs = x, outputs = y)
    }
    distributed_words: SMatrix<u32, 3, 2> => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [2, 3], dtype = u32);
        let e = Embedding(4, 3, mask_zero = true)(x);
        let h = TimeDistributed(GRU(3))(e);
        let y = Dense(2)(LSTM(3)(h));
        Model(inputs = x, outputs = y)
    }
    masked_merges: Words => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5], dtype = u32);
        let a = Embedding(4, 3, mask_zero = true)(x);
        let b = Embedding(4, 3, mask_zero = true)(x);
        let c = concatenate([add([a, b]), multiply([a, b]), maximum([a, b]), average([a, b])]);
        let d = concatenate([a, b], axis = 1);
        let y = Dense(2)(concatenate([GRU(2)(c), GRU(2)(d)]));
        Model(inputs = x, outputs = y)
    }
    repeated: SVector<f32, 3> => SMatrix<f32, 2, 4>, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let h = LSTM(4, return_sequences = true)(RepeatVector(4)(x));
        let y = TimeDistributed(Dense(2))(Permute([2, 1])(h));
        Model(inputs = x, outputs = y)
    }
}
