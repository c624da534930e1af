//! LSTM: alone, stacked, shared, and after an embedding.

use crate::graphs::{R01, R02, R005, RMSPROP};
use nn::prelude::*;

graphs! { "recurrent_lstm";
    lstm: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = LSTM(2, name = "lstm")(x);
        Model(inputs = x, outputs = y)
    }
    lstm_sequences: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = LSTM(2, name = "lstm", return_sequences = true)(x);
        Model(inputs = x, outputs = y)
    }
    lstm_state: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let (y, h, c) = LSTM(2, name = "lstm", return_sequences = true, return_state = true)(x);
        Model(inputs = x, outputs = [y, h, c])
    }
    lstm_initial: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let h0 = Input(shape = [2]);
        let c0 = Input(shape = [2]);
        let (y, h, c) = LSTM(2, name = "lstm", return_state = true)(x, initial_state = [h0, c0]);
        Model(inputs = [x, h0, c0], outputs = [y, h, c])
    }
    lstm_backwards: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = LSTM(2, name = "lstm", go_backwards = true, return_sequences = true)(x);
        Model(inputs = x, outputs = y)
    }
    lstm_no_bias: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = LSTM(2, name = "lstm", use_bias = false)(x);
        Model(inputs = x, outputs = y)
    }
    lstm_activations: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = LSTM(2, name = "lstm", activation = softsign, recurrent_activation = hard_sigmoid)(x);
        Model(inputs = x, outputs = y)
    }
    lstm_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = LSTM(2, name = "lstm", return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
    lstm_masked_last: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let (y, h, c) = LSTM(2, name = "lstm", return_state = true)(kept);
        Model(inputs = x, outputs = [y, h, c])
    }
    lstm_masked_backwards: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = LSTM(2, name = "lstm", go_backwards = true, return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
    lstm_masked_initial_explicit: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let h0 = Input(shape = [2]);
        let c0 = Input(shape = [2]);
        let kept = Masking()(x);
        let (y, h, c) = LSTM(2, name = "lstm", return_state = true, return_sequences = true)(kept, initial_state = [h0, c0]);
        Model(inputs = [x, h0, c0], outputs = [y, h, c])
    }
    lstm_zero_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = LSTM(2, name = "lstm", zero_output_for_mask = true, return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
    lstm_regularizers: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = LSTM(2, name = "lstm", kernel_regularizer = l2(R01), recurrent_regularizer = l2(R02), bias_regularizer = l1(R005))(x);
        Model(inputs = x, outputs = y)
    }
    lstm_constraints: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = LSTM(2, name = "lstm", kernel_constraint = max_norm(0.5), recurrent_constraint = unit_norm, bias_constraint = non_neg)(x);
        Model(inputs = x, outputs = y)
    }
    lstm_masked_embedding: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5], dtype = u32);
        let embedding = Embedding(7, 3, mask_zero = true)(x);
        let lstm = LSTM(2)(embedding);
        let dense = Dense(1)(lstm);
        Model(inputs = x, outputs = dense)
    }
    lstm_stacked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let lower = LSTM(2, return_sequences = true)(x);
        let upper = LSTM(2)(lower);
        let dense = Dense(1)(upper);
        Model(inputs = x, outputs = dense)
    }
    lstm_shared: RMSPROP, MeanSquaredError, {
        let a = Input(shape = [5, 3]);
        let b = Input(shape = [7, 3]);
        let lstm = LSTM(2);
        let dense = Dense(1)(concatenate([lstm(a), lstm(b)]));
        Model(inputs = [a, b], outputs = dense)
    }
}
