//! Losses, on a vector and on each step of a sequence.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::losses::*;
use nn::optimizers::*;
use nn::prelude::*;
use nn::{SMatrix, SVector};
use nn_firmware::kinds;

type Three = SVector<f32, 3>;
type Steps = SMatrix<f32, 3, 5>;

kinds! {
    binary: Three => SVector<f32, 1>, BinaryCrossentropy, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let y = Dense(1, activation = sigmoid)(x);
        Model(inputs = x, outputs = y)
    }
    classes: Three => SVector<u32, 1>, SparseCategoricalCrossentropy, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let y = Dense(3, activation = softmax)(x);
        Model(inputs = x, outputs = y)
    }
    classes_of_steps: Steps => SMatrix<u32, 1, 5>, SparseCategoricalCrossentropy, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(3, activation = softmax)(LSTM(4, return_sequences = true)(Masking()(x)));
        Model(inputs = x, outputs = y)
    }
    categorical: Steps => Steps, CategoricalCrossentropy, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(3, activation = softmax)(x);
        Model(inputs = x, outputs = y)
    }
    binary_focal: Steps => Steps, BinaryFocalCrossentropy, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(3, activation = sigmoid)(x);
        Model(inputs = x, outputs = y)
    }
    categorical_focal: Steps => Steps, CategoricalFocalCrossentropy, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(3, activation = softmax)(x);
        Model(inputs = x, outputs = y)
    }
    categorical_hinge: Steps => Steps, CategoricalHinge, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(3)(Masking()(x));
        Model(inputs = x, outputs = y)
    }
    cosine_similarity: Steps => Steps, CosineSimilarity, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(3)(x);
        Model(inputs = x, outputs = y)
    }
    hinge: Three => Three, Hinge, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let y = Dense(3)(x);
        Model(inputs = x, outputs = y)
    }
    kl_divergence: Steps => Steps, KlDivergence, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let y = Dense(3, activation = softmax)(x);
        Model(inputs = x, outputs = y)
    }
    log_cosh: Three => Three, LogCosh, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let y = Dense(3)(x);
        Model(inputs = x, outputs = y)
    }
    mean_absolute_error: Three => Three, MeanAbsoluteError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let y = Dense(3)(x);
        Model(inputs = x, outputs = y)
    }
    mean_absolute_percentage_error: Three => Three, MeanAbsolutePercentageError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let y = Dense(3)(x);
        Model(inputs = x, outputs = y)
    }
    mean_squared_logarithmic_error: Three => Three, MeanSquaredLogarithmicError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let y = Dense(3)(x);
        Model(inputs = x, outputs = y)
    }
    poisson: Three => Three, Poisson, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let y = Dense(3, activation = exponential)(x);
        Model(inputs = x, outputs = y)
    }
    squared_hinge: Three => Three, SquaredHinge, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let y = Dense(3)(x);
        Model(inputs = x, outputs = y)
    }
}
