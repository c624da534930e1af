//! Bidirectional: all ways to merge, all three layers, states and masks.

use crate::graphs::RMSPROP;
use nn::prelude::*;

graphs! { "recurrent_bidirectional";
    bidirectional_concat: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = Bidirectional(LSTM(2, return_sequences = true), merge_mode = concat, name = "bidirectional")(x);
        Model(inputs = x, outputs = y)
    }
    bidirectional_sum: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = Bidirectional(LSTM(2, return_sequences = true), merge_mode = sum, name = "bidirectional")(x);
        Model(inputs = x, outputs = y)
    }
    bidirectional_mul: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = Bidirectional(LSTM(2, return_sequences = true), merge_mode = mul, name = "bidirectional")(x);
        Model(inputs = x, outputs = y)
    }
    bidirectional_ave: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = Bidirectional(LSTM(2, return_sequences = true), merge_mode = ave, name = "bidirectional")(x);
        Model(inputs = x, outputs = y)
    }
    bidirectional_none: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let (y, z) = Bidirectional(LSTM(2, return_sequences = true), merge_mode = None, name = "bidirectional")(x);
        Model(inputs = x, outputs = [y, z])
    }
    bidirectional_last: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = Bidirectional(LSTM(2), name = "bidirectional")(x);
        Model(inputs = x, outputs = y)
    }
    bidirectional_gru: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = Bidirectional(GRU(2, return_sequences = true), name = "bidirectional")(x);
        Model(inputs = x, outputs = y)
    }
    bidirectional_simple_rnn: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = Bidirectional(SimpleRNN(2, return_sequences = true), name = "bidirectional")(x);
        Model(inputs = x, outputs = y)
    }
    bidirectional_state: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let (y, h, c, h_back, c_back) = Bidirectional(LSTM(2, return_sequences = true, return_state = true), name = "bidirectional")(x);
        Model(inputs = x, outputs = [y, h, c, h_back, c_back])
    }
    bidirectional_initial: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let h = Input(shape = [2]);
        let c = Input(shape = [2]);
        let h_back = Input(shape = [2]);
        let c_back = Input(shape = [2]);
        let y = Bidirectional(LSTM(2, return_sequences = true), name = "bidirectional")(x, initial_state = [h, c, h_back, c_back]);
        Model(inputs = [x, h, c, h_back, c_back], outputs = y)
    }
    bidirectional_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = Bidirectional(LSTM(2, return_sequences = true), name = "bidirectional")(kept);
        Model(inputs = x, outputs = y)
    }
    bidirectional_masked_last: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = Bidirectional(LSTM(2), name = "bidirectional")(kept);
        Model(inputs = x, outputs = y)
    }
}
