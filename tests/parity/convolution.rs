//! Convolutions: `tests/fixtures/convolution.py`.

// The lint `dropped_mask`: a convolution ends a mask, as in Keras.
#![allow(deprecated)]

use crate::graphs::{R01, R005, RMSPROP};
use nn::prelude::*;

/// A size that only rustc knows.
const THREE: usize = 3;

graphs! { "convolution";
    conv2d: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 6, 2]);
        let y = Conv2D(3, 3, name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_rectangle: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 6, 2]);
        let y = Conv2D(3, (2, 3), strides = (2, 1), name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_same: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 6, 2]);
        let y = Conv2D(3, (3, 4), padding = same, activation = relu, name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_same_strides: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [7, 6, 2]);
        let y = Conv2D(3, 3, strides = 2, padding = same, name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_same_strides_even: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [7, 8, 1]);
        let y = Conv2D(2, kernel_size = [4, 2], strides = [3, 2], padding = same, name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_dilation: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [7, 6, 2]);
        let y = Conv2D(3, 2, dilation_rate = (3, 2), name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_same_dilation: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 6, 1]);
        let y = Conv2D(2, 3, padding = same, dilation_rate = 2, name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_groups: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [4, 5, 6]);
        let y = Conv2D(4, 2, padding = same, groups = 2, name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_depthwise: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [4, 5, 3]);
        let y = Conv2D(6, 3, groups = 3, activation = sigmoid, name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_of_one_cell: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [4, 5, 3]);
        let y = Conv2D(2, 1, activation = tanh, name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_of_one_cell_strides: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [4, 5, 3]);
        let y = Conv2D(2, 1, strides = 2, use_bias = false, name = "conv2d")(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_deep: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [8, 8, 1]);
        let lower = Conv2D(3, 3, activation = relu)(x);
        let upper = Conv2D(2, 3, padding = same, activation = elu)(lower);
        let flat = Flatten()(upper);
        let dense = Dense(3)(flat);
        Model(inputs = x, outputs = dense)
    }
    conv2d_two_sizes: RMSPROP, MeanSquaredError, {
        let a = Input(shape = [4, 5, 2]);
        let b = Input(shape = [3, 6, 2]);
        let conv2d = Conv2D(3, 2, activation = tanh);
        let both = concatenate([Flatten()(conv2d(a)), Flatten()(conv2d(b))]);
        let dense = Dense(1)(both);
        Model(inputs = [a, b], outputs = dense)
    }
    conv2d_each_step: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [3, 4, 5, 2]);
        let conv2d = Conv2D(3, 2, activation = relu);
        let y = TimeDistributed(conv2d)(x);
        Model(inputs = x, outputs = y)
    }
    conv2d_penalties: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [4, 4, 2]);
        let y = Conv2D(
            3,
            2,
            kernel_regularizer = l2(R01),
            bias_regularizer = l1(R005),
            kernel_constraint = max_norm(0.5, axis = 2),
            bias_constraint = non_neg,
            name = "conv2d"
        )(x);
        Model(inputs = x, outputs = y)
    }
    conv1d_causal: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [9, 2]);
        let first = Conv1D(THREE, 3, padding = causal, activation = relu)(x);
        let second = Conv1D(4, 2, strides = 2, padding = same, activation = tanh)(first);
        let lstm = LSTM(3)(second);
        let dense = Dense(2)(lstm);
        Model(inputs = x, outputs = dense)
    }
    conv1d_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 2]);
        let masking = Masking()(x);
        let conv1d = Conv1D(3, 3, padding = same)(masking);
        let pooling = GlobalAveragePooling1D()(conv1d);
        Model(inputs = x, outputs = pooling)
    }
    autoencoder: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [6, 5, 2]);
        let down = Conv2D(4, 3, strides = 2, padding = same, activation = relu)(x);
        let up = Conv2DTranspose(THREE, (2, THREE), strides = 2, activation = elu)(down);
        let out = Conv2DTranspose(2, 3, padding = same, use_bias = false)(up);
        Model(inputs = x, outputs = out)
    }
    steps_back: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let up = Conv1DTranspose(2, 3, strides = 2, padding = same, output_padding = 0)(x);
        let each = DepthwiseConv1D(2, depth_multiplier = 2, activation = tanh)(up);
        let last = SeparableConv1D(3, 3, padding = same, activation = relu)(each);
        Model(inputs = x, outputs = last)
    }
    depthwise: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [6, 5, 3]);
        let each = DepthwiseConv2D(3, strides = 2, padding = same, activation = relu)(x);
        let last = SeparableConv2D(4, 2, padding = same, depth_multiplier = 2, activation = sigmoid)(each);
        Model(inputs = x, outputs = last)
    }
    depthwise_penalties: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [4, 5, 3]);
        let each = DepthwiseConv2D(
            2,
            depthwise_regularizer = l2(R01),
            bias_regularizer = l1(R005),
            depthwise_constraint = max_norm(0.5, axis = 1)
        )(x);
        let last = SeparableConv2D(
            2,
            2,
            depthwise_regularizer = l1(R005),
            pointwise_regularizer = l2(R01),
            depthwise_constraint = non_neg,
            pointwise_constraint = max_norm(0.5, axis = 2),
            bias_constraint = non_neg
        )(each);
        Model(inputs = x, outputs = last)
    }
}
