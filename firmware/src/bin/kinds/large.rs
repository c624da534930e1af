//! Layers of sizes above those of blocks in the kernels. The compiler unrolls loops over small sizes, and then sees
//! more of their indices.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::losses::*;
use nn::optimizers::*;
use nn::prelude::*;
use nn::{SMatrix, SVector};
use nn_firmware::kinds;

type Pair = SVector<f32, 2>;

kinds! {
    large_vector: SVector<f32, 130> => Pair, MeanSquaredError, Adam::DEFAULT, 2 {
        let x = Input(shape = [130]);
        let h = BatchNormalization()(Dense(67, activation = relu)(x));
        let h = PReLU()(LayerNormalization()(Dense(45)(h)));
        let y = Dense(2)(Dropout(0.2)(h));
        Model(inputs = x, outputs = y)
    }
    large_image: SMatrix<f32, 3, 99> => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [11, 9, 3]);
        let h = BatchNormalization()(Conv2D(72, 3, strides = 2, padding = same, activation = relu)(x));
        let h = BatchNormalization(axis = 1)(DepthwiseConv2D(3, padding = same)(h));
        let h = BatchNormalization(axis = 2)(SeparableConv2D(40, 3, strides = 2)(h));
        let h = GroupNormalization(4)(Softmax(axis = 1)(Conv2D(40, 1, groups = 2)(h)));
        let h = RMSNormalization()(Conv2DTranspose(33, 3, strides = 2)(h));
        let h = LayerNormalization(axis = [1, 2])(SpatialDropout2D(0.1)(MaxPooling2D(2, padding = same)(h)));
        let a = GlobalMaxPooling2D()(UpSampling2D(2)(h));
        let b = GlobalAveragePooling2D()(AveragePooling2D(3, strides = 2)(h));
        let y = Dense(2)(concatenate([a, b]));
        Model(inputs = x, outputs = y)
    }
    large_steps: SMatrix<f32, 35, 40> => Pair, MeanSquaredError, Sgd::DEFAULT, 0 {
        let x = Input(shape = [40, 35]);
        let h = BatchNormalization()(Masking()(x));
        let h = LSTM(37, return_sequences = true)(h);
        let h = Bidirectional(GRU(33, return_sequences = true))(h);
        let h = BatchNormalization(axis = 1)(Conv1D(40, 5, padding = causal)(h));
        let h = SimpleRNN(36, return_sequences = true)(MaxPooling1D(2)(h));
        let a = GlobalAveragePooling1D()(h);
        let b = Flatten()(TimeDistributed(Dense(33, activation = softmax))(h));
        let y = Dense(2)(concatenate([a, b]));
        Model(inputs = x, outputs = y)
    }
    large_table: SVector<u32, 40> => SVector<u32, 1>, SparseCategoricalCrossentropy, Sgd::DEFAULT, 0 {
        let x = Input(shape = [40], dtype = u32);
        let h = GlobalAveragePooling1D()(Embedding(100, 50, mask_zero = true)(x));
        let y = Dense(70, activation = softmax)(h);
        Model(inputs = x, outputs = y)
    }
}
