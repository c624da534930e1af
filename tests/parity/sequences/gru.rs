//! GRU, with its reset gate before and after the product.

use crate::graphs::{R01, R02, R005, RMSPROP};
use nn::prelude::*;

graphs! { "recurrent_gru";
    gru: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GRU(2, name = "gru")(x);
        Model(inputs = x, outputs = y)
    }
    gru_sequences: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GRU(2, name = "gru", return_sequences = true)(x);
        Model(inputs = x, outputs = y)
    }
    gru_state: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let (y, h) = GRU(2, name = "gru", return_sequences = true, return_state = true)(x);
        Model(inputs = x, outputs = [y, h])
    }
    gru_initial: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let h0 = Input(shape = [2]);
        let (y, h) = GRU(2, name = "gru", return_state = true)(x, initial_state = [h0]);
        Model(inputs = [x, h0], outputs = [y, h])
    }
    gru_backwards: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GRU(2, name = "gru", go_backwards = true, return_sequences = true)(x);
        Model(inputs = x, outputs = y)
    }
    gru_no_bias: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GRU(2, name = "gru", use_bias = false)(x);
        Model(inputs = x, outputs = y)
    }
    gru_activations: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GRU(2, name = "gru", activation = softsign, recurrent_activation = hard_sigmoid)(x);
        Model(inputs = x, outputs = y)
    }
    gru_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = GRU(2, name = "gru", return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
    gru_masked_last: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let (y, h) = GRU(2, name = "gru", return_state = true)(kept);
        Model(inputs = x, outputs = [y, h])
    }
    gru_masked_backwards: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = GRU(2, name = "gru", go_backwards = true, return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
    gru_masked_initial_explicit: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let h0 = Input(shape = [2]);
        let kept = Masking()(x);
        let (y, h) = GRU(2, name = "gru", return_state = true, return_sequences = true)(kept, initial_state = [h0]);
        Model(inputs = [x, h0], outputs = [y, h])
    }
    gru_zero_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = GRU(2, name = "gru", zero_output_for_mask = true, return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
    gru_regularizers: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GRU(2, name = "gru", kernel_regularizer = l2(R01), recurrent_regularizer = l2(R02), bias_regularizer = l1(R005))(x);
        Model(inputs = x, outputs = y)
    }
    gru_constraints: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GRU(2, name = "gru", kernel_constraint = max_norm(0.5), recurrent_constraint = unit_norm, bias_constraint = non_neg)(x);
        Model(inputs = x, outputs = y)
    }
    gru_reset_before: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GRU(2, name = "gru", reset_after = false)(x);
        Model(inputs = x, outputs = y)
    }
    gru_reset_before_no_bias: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GRU(2, name = "gru", reset_after = false, use_bias = false)(x);
        Model(inputs = x, outputs = y)
    }
    gru_reset_before_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = GRU(2, name = "gru", reset_after = false, return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
}
