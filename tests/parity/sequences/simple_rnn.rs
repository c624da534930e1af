//! SimpleRNN.

use crate::graphs::{R01, R02, R005, RMSPROP};
use nn::prelude::*;

graphs! { "recurrent_simple_rnn";
    simple_rnn: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = SimpleRNN(2, name = "simple_rnn")(x);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_sequences: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = SimpleRNN(2, name = "simple_rnn", return_sequences = true)(x);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_state: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let (y, h) = SimpleRNN(2, name = "simple_rnn", return_sequences = true, return_state = true)(x);
        Model(inputs = x, outputs = [y, h])
    }
    simple_rnn_initial: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let h0 = Input(shape = [2]);
        let (y, h) = SimpleRNN(2, name = "simple_rnn", return_state = true)(x, initial_state = [h0]);
        Model(inputs = [x, h0], outputs = [y, h])
    }
    simple_rnn_backwards: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = SimpleRNN(2, name = "simple_rnn", go_backwards = true, return_sequences = true)(x);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_no_bias: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = SimpleRNN(2, name = "simple_rnn", use_bias = false)(x);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_activations: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = SimpleRNN(2, name = "simple_rnn", activation = softsign)(x);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = SimpleRNN(2, name = "simple_rnn", return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_masked_last: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let (y, h) = SimpleRNN(2, name = "simple_rnn", return_state = true)(kept);
        Model(inputs = x, outputs = [y, h])
    }
    simple_rnn_masked_backwards: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = SimpleRNN(2, name = "simple_rnn", go_backwards = true, return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_masked_initial_explicit: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let h0 = Input(shape = [2]);
        let kept = Masking()(x);
        let (y, h) = SimpleRNN(2, name = "simple_rnn", return_state = true, return_sequences = true)(kept, initial_state = [h0]);
        Model(inputs = [x, h0], outputs = [y, h])
    }
    simple_rnn_zero_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = SimpleRNN(2, name = "simple_rnn", zero_output_for_mask = true, return_sequences = true)(kept);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_regularizers: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = SimpleRNN(2, name = "simple_rnn", kernel_regularizer = l2(R01), recurrent_regularizer = l2(R02), bias_regularizer = l1(R005))(x);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_constraints: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = SimpleRNN(2, name = "simple_rnn", kernel_constraint = max_norm(0.5), recurrent_constraint = unit_norm, bias_constraint = non_neg)(x);
        Model(inputs = x, outputs = y)
    }
}
