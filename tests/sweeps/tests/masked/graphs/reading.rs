//! Layers that read a mask.

use crate::sweep::masked;

masked! { "reading", f32;
    #[cfg(feature = "all")]
    simple_rnn: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = SimpleRNN(2)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    simple_rnn_sequences: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = SimpleRNN(2, return_sequences = true)(h);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_backwards: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = SimpleRNN(2, go_backwards = true)(h);
        Model(inputs = x, outputs = y)
    }
    simple_rnn_states: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let (y, s) = SimpleRNN(2, return_sequences = true, return_state = true)(h);
        Model(inputs = x, outputs = [y, s])
    }
    #[cfg(feature = "all")]
    simple_rnn_stacked: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = SimpleRNN(2, return_sequences = true)(h);
        let b = SimpleRNN(3, return_sequences = true)(a);
        let y = SimpleRNN(2)(b);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    simple_rnn_given_mask: {
        let x = Input(shape = [4, 2]);
        let m = Input(shape = [4], dtype = u32);
        let y = SimpleRNN(2, return_sequences = true)(x, mask = m);
        Model(inputs = [x, m], outputs = y)
    }
    #[cfg(feature = "all")]
    lstm: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = LSTM(2)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    lstm_sequences: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = LSTM(2, return_sequences = true)(h);
        Model(inputs = x, outputs = y)
    }
    lstm_backwards: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = LSTM(2, go_backwards = true)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    lstm_states: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let (y, s, c) = LSTM(2, return_sequences = true, return_state = true)(h);
        Model(inputs = x, outputs = [y, s, c])
    }
    #[cfg(feature = "all")]
    lstm_stacked: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = LSTM(2, return_sequences = true)(h);
        let b = LSTM(3, return_sequences = true)(a);
        let y = LSTM(2)(b);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    lstm_given_mask: {
        let x = Input(shape = [4, 2]);
        let m = Input(shape = [4], dtype = u32);
        let y = LSTM(2, return_sequences = true)(x, mask = m);
        Model(inputs = [x, m], outputs = y)
    }
    #[cfg(feature = "all")]
    gru: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = GRU(2)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    gru_sequences: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = GRU(2, return_sequences = true)(h);
        Model(inputs = x, outputs = y)
    }
    gru_backwards: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = GRU(2, go_backwards = true)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    gru_states: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let (y, s) = GRU(2, return_sequences = true, return_state = true)(h);
        Model(inputs = x, outputs = [y, s])
    }
    #[cfg(feature = "all")]
    gru_stacked: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = GRU(2, return_sequences = true)(h);
        let b = GRU(3, return_sequences = true)(a);
        let y = GRU(2)(b);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    gru_given_mask: {
        let x = Input(shape = [4, 2]);
        let m = Input(shape = [4], dtype = u32);
        let y = GRU(2, return_sequences = true)(x, mask = m);
        Model(inputs = [x, m], outputs = y)
    }
    states_into_dense: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let (a, s, c) = LSTM(2, return_sequences = true, return_state = true)(h);
        let b = GRU(2)(a);
        let y = Dense(2)(concatenate([b, s, c]));
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    pooled: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = GlobalAveragePooling1D()(h);
        Model(inputs = x, outputs = y)
    }
    pooled_keepdims: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = GlobalAveragePooling1D(keepdims = true)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    pooled_words: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = Dense(2, activation = tanh)(h);
        let y = GlobalAveragePooling1D()(a);
        Model(inputs = x, outputs = y)
    }
    pooled_by_a_given_mask: {
        let x = Input(shape = [4, 2]);
        let m = Input(shape = [4], dtype = u32);
        let y = GlobalAveragePooling1D()(x, mask = m);
        Model(inputs = [x, m], outputs = y)
    }
}
