//! Poolings in graphs: `tests/fixtures/pooling.py`. Its sweep of arguments is in
//! `nn-core/src/layers/pooling/reduce/tests.rs`.

// The lint of the mask that ends at a pooling.
#![allow(deprecated)]

use crate::graphs::RMSPROP;
use nn::prelude::*;

graphs! { "pooling_graphs";
    pooling_lenet: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [10, 12, 1]);
        let lower = Conv2D(3, 3, activation = relu)(x);
        let upper = Conv2D(2, 2, activation = tanh)(MaxPooling2D(strides = None)(lower));
        let flat = Flatten()(AveragePooling2D((1, 2), strides = (2, 1))(upper));
        let dense = Dense(3)(flat);
        Model(inputs = x, outputs = dense)
    }
    pooling_inception: RMSPROP, MeanSquaredError, {
        let image = Input(shape = [5, 6, 2]);
        let one = Conv2D(2, 1, padding = same, activation = relu)(image);
        let before = Conv2D(2, 1, padding = same, activation = relu)(image);
        let three = Conv2D(2, 3, padding = same, activation = relu)(before);
        let largest = MaxPooling2D(pool_size = 3, strides = 1, padding = same)(image);
        let behind = Conv2D(2, 1, padding = same, activation = relu)(largest);
        let mean = AveragePooling2D((3, 2), strides = 1, padding = same)(image);
        let dense = Dense(2)(GlobalAveragePooling2D()(concatenate([one, three, behind, mean])));
        Model(inputs = image, outputs = dense)
    }
    pooling_two_sizes: RMSPROP, MeanSquaredError, {
        let a = Input(shape = [4, 5, 2]);
        let b = Input(shape = [3, 8, 2]);
        let pool = MaxPooling2D([2, 3], strides = 2, padding = same);
        let all = concatenate([Flatten()(pool(a)), Flatten()(pool(b)), GlobalMaxPooling2D()(a)]);
        let dense = Dense(1)(all);
        Model(inputs = [a, b], outputs = dense)
    }
    pooling_steps: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [9, 3]);
        let chain = Flatten()(MaxPooling1D(3, strides = 2)(x));
        let rest = AveragePooling1D((2,), padding = same)(x);
        let (of_means, of_largest) = (AdaptiveAveragePooling1D(4)(x), AdaptiveMaxPooling1D(4)(x));
        let parts = concatenate([Flatten()(of_means), Flatten()(of_largest), chain]);
        let mean = Flatten()(GlobalAveragePooling1D(keepdims = true)(rest));
        let largest = Flatten()(GlobalMaxPooling1D(keepdims = true)(rest));
        let dense = Dense(2)(concatenate([parts, mean, largest]));
        Model(inputs = x, outputs = dense)
    }
    pooling_adaptive: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 7, 2]);
        let conv2d = Conv2D(3, 2, activation = tanh)(x);
        let parts = AdaptiveAveragePooling2D(2)(AdaptiveMaxPooling2D((3, 4))(conv2d));
        let dense = Dense(2)(Flatten()(GlobalMaxPooling2D(keepdims = true)(parts)));
        Model(inputs = x, outputs = dense)
    }
    pooling_each_step: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [3, 4, 5, 2]);
        let largest = TimeDistributed(MaxPooling2D(2))(x);
        let dense = Dense(2)(TimeDistributed(GlobalAveragePooling2D())(largest));
        Model(inputs = x, outputs = dense)
    }
    pooling_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [6, 3]);
        let dense = Dense(2)(GlobalAveragePooling1D()(MaxPooling1D(2)(Masking()(x))));
        Model(inputs = x, outputs = dense)
    }
}
