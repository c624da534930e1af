//! Layers on vectors and images, merges and activations.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::losses::*;
use nn::optimizers::*;
use nn::prelude::*;
use nn::{SMatrix, SVector};
use nn_firmware::kinds;

type Three = SVector<f32, 3>;
type Pair = SVector<f32, 2>;

kinds! {
    merges: Three => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let a = Dense(4)(x);
        let b = Dense(4)(x);
        let c = concatenate([add([a, b]), subtract([a, b]), multiply([a, b]), average([a, b])]);
        let d = concatenate([maximum([a, b]), minimum([a, b]), dot([a, b], axes = 1)]);
        let y = Dense(2)(concatenate([c, d]));
        Model(inputs = x, outputs = y)
    }
    broadcast: SMatrix<f32, 3, 5> => SMatrix<f32, 3, 5>, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Dense(3)(x);
        let m = Dense(1)(x);
        let s = dot([h, h], axes = [1, 1], normalize = true);
        let y = add([multiply([h, m]), dot([h, s], axes = [2, 1])]);
        Model(inputs = x, outputs = y)
    }
    shapes: SVector<f32, 12> => SMatrix<f32, 4, 3>, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [12]);
        let h = Permute([3, 1, 2])(Reshape([2, 2, 3])(Dense(12)(x)));
        let y = Reshape([3, 4])(h);
        Model(inputs = x, outputs = y)
    }
    image: SMatrix<f32, 2, 25> => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 5, 2]);
        let h = Conv2D(3, 3, padding = same, activation = relu)(x);
        let h = Conv2D(2, 2, strides = 2)(BatchNormalization()(h));
        let y = Dense(2)(Flatten()(h));
        Model(inputs = x, outputs = y)
    }
    pooled_image: SMatrix<f32, 2, 25> => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 5, 2]);
        let h = Conv2D(3, 2)(x);
        let a = concatenate([MaxPooling2D(2)(h), AveragePooling2D(2)(h)]);
        let b = concatenate([
            MaxPooling2D((3, 2), strides = 2, padding = same)(h),
            AveragePooling2D((3, 2), strides = 2, padding = same)(h),
        ]);
        let c = concatenate([AdaptiveMaxPooling2D((2, 3))(h), AdaptiveAveragePooling2D((2, 3))(h)]);
        let d = concatenate([GlobalMaxPooling2D()(h), GlobalAveragePooling2D()(h)]);
        let y = Dense(2)(concatenate([Flatten()(a), Flatten()(b), Flatten()(c), d]));
        Model(inputs = x, outputs = y)
    }
    activations: Three => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let h = PReLU()(Dense(4)(x));
        let h = LeakyReLU()(Dense(4)(ELU()(Dense(4)(h))));
        let h = ReLU(max_value = 6.0)(Dense(4)(h));
        let h = Softmax()(ActivityRegularization(l2 = 0.01)(Dense(4, activation = gelu)(h)));
        let h = AddLoss()(h);
        let h = Dense(4, activation = log_softmax)(Dense(4, activation = mish)(h));
        let y = Dense(2, activation = silu)(h);
        Model(inputs = x, outputs = y)
    }
    bounded: Three => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let a = Dense(4, kernel_constraint = max_norm(1.0), bias_constraint = non_neg)(x);
        let b = Dense(4, kernel_constraint = unit_norm, kernel_regularizer = l1_l2(0.01, 0.02))(a);
        let y = Dense(2, kernel_constraint = min_max_norm(0.1, 0.9), kernel_initializer = orthogonal)(b);
        Model(inputs = x, outputs = y)
    }
    initializers: Three => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let h = Dense(4, kernel_initializer = he_normal, bias_initializer = ones)(x);
        let h = Dense(4, kernel_initializer = truncated_normal)(h);
        let h = Dense(4, kernel_initializer = identity, bias_initializer = random_uniform)(h);
        let h = Dense(4, kernel_initializer = lecun_uniform, bias_initializer = random_normal)(h);
        let y = Dense(2, kernel_initializer = glorot_normal)(h);
        Model(inputs = x, outputs = y)
    }
    frozen: Three => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [3]);
        let h = BatchNormalization(trainable = false)(Dense(4, trainable = false)(x));
        let y = Dense(2)(Dense(3)(h));
        Model(inputs = x, outputs = y)
    }
}
