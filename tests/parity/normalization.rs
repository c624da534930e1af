//! Normalizations in graphs: `tests/fixtures/normalization.py`. Its sweep over single layers is a test of the pages.

use crate::graphs::{R01, R005, RMSPROP};
use nn::prelude::*;

graphs! { "normalization_graphs";
    on_images: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [4, 5, 3]);
        let h = Conv2D(6, 2, name = "conv2d")(x);
        let h = GroupNormalization(3, gamma_regularizer = l2(R01), name = "groups")(h);
        let h = LayerNormalization([1, 3], beta_regularizer = l1(R005), name = "some")(h);
        let h = UnitNormalization(1)(h);
        let h = GroupNormalization(-1, axis = 1, beta_constraint = non_neg, name = "rows")(h);
        let y = Dense(3, name = "dense")(Flatten()(h));
        Model(inputs = x, outputs = y)
    }
    on_series: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let h = LayerNormalization(1, gamma_constraint = max_norm(1.5), name = "steps")(x);
        let h = Dense(4, activation = tanh, name = "hidden")(h);
        let h = RMSNormalization(name = "rms")(h);
        let h = LayerNormalization(rms_scaling = true, name = "scaled")(h);
        let y = Dense(2, name = "dense")(h);
        Model(inputs = x, outputs = y)
    }
}
