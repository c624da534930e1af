//! Convolutions, paddings and poolings, on sequences and images.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::losses::*;
use nn::optimizers::*;
use nn::prelude::*;
use nn::{SMatrix, SVector};
use nn_firmware::kinds;

type Steps = SMatrix<f32, 3, 5>;
type Image = SMatrix<f32, 2, 25>;
type Pair = SVector<f32, 2>;

kinds! {
    convolutions_of_steps: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Conv1D(4, 3, padding = causal, dilation_rate = 2)(x);
        let a = Flatten()(Conv1DTranspose(2, 3, strides = 2, padding = same)(Conv1D(4, 2, activation = relu)(h)));
        let b = Flatten()(DepthwiseConv1D(3, padding = same, depth_multiplier = 2)(h));
        let c = Flatten()(SeparableConv1D(2, 3)(h));
        let y = Dense(2)(concatenate([a, b, c]));
        Model(inputs = x, outputs = y)
    }
    convolutions: Image => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 5, 2]);
        let h = Conv2D(4, (3, 2), padding = same, groups = 2)(x);
        let a = Flatten()(Conv2DTranspose(2, (2, 3), strides = 2, activation = relu)(h));
        let b = Flatten()(DepthwiseConv2D(3, strides = 2, depth_multiplier = 2)(h));
        let c = Flatten()(SeparableConv2D(3, (3, 2), padding = same)(h));
        let y = Dense(2)(concatenate([a, b, c]));
        Model(inputs = x, outputs = y)
    }
    borders_of_steps: Steps => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 3]);
        let h = Dense(2)(x);
        let a = Flatten()(Cropping1D((1, 2))(ZeroPadding1D((1, 2))(h)));
        let b = Flatten()(UpSampling1D(2)(SpatialDropout1D(0.2)(h)));
        let y = Dense(2)(concatenate([a, b]));
        Model(inputs = x, outputs = y)
    }
    borders: Image => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 5, 2]);
        let h = Conv2D(2, 2)(Rescaling(0.5)(Normalization(mean = [0.5, 1.5], variance = [4.0, 9.0])(x)));
        let a = Flatten()(Cropping2D(((1, 0), (2, 1)))(ZeroPadding2D(((1, 0), (2, 3)))(h)));
        let b = Flatten()(UpSampling2D(2)(SpatialDropout2D(0.2)(h)));
        let c = Flatten()(UpSampling2D((2, 3), interpolation = bilinear)(Identity()(h)));
        let d = Flatten()(UpSampling2D(2, interpolation = bicubic)(h));
        let y = Dense(2)(concatenate([a, b, c, d]));
        Model(inputs = x, outputs = y)
    }
    norms: Image => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [5, 5, 2]);
        let h = GroupNormalization(2)(Conv2D(4, 2)(x));
        let h = AlphaDropout(0.1, noise_shape = (None, 1, 1, None))(UnitNormalization()(RMSNormalization()(h)));
        let h = GaussianDropout(0.2)(LayerNormalization(axis = [1, 2])(h));
        let h = Dropout(0.2, noise_shape = (1, 1, None, None))(BatchNormalization(axis = 1)(h));
        let y = Dense(2)(Flatten()(h));
        Model(inputs = x, outputs = y)
    }
}
