//! Bidirectional layers that read a mask.

use crate::sweep::masked;

masked! { "both_ways";
    #[cfg(feature = "all")]
    concat_sequences: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Bidirectional(LSTM(2, return_sequences = true), merge_mode = concat)(h);
        Model(inputs = x, outputs = y)
    }
    concat_last: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Bidirectional(GRU(2), merge_mode = concat)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    concat_before_lstm: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = Bidirectional(SimpleRNN(2, return_sequences = true), merge_mode = concat)(h);
        let y = LSTM(2)(a);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    sum_sequences: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Bidirectional(LSTM(2, return_sequences = true), merge_mode = sum)(h);
        Model(inputs = x, outputs = y)
    }
    sum_before_lstm: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = Bidirectional(SimpleRNN(2, return_sequences = true), merge_mode = sum)(h);
        let y = LSTM(2)(a);
        Model(inputs = x, outputs = y)
    }
    mul_sequences: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Bidirectional(LSTM(2, return_sequences = true), merge_mode = mul)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    mul_last: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Bidirectional(GRU(2), merge_mode = mul)(h);
        Model(inputs = x, outputs = y)
    }
    ave_sequences: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Bidirectional(LSTM(2, return_sequences = true), merge_mode = ave)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    none_sequences: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let (y, b) = Bidirectional(LSTM(2, return_sequences = true), merge_mode = None)(h);
        Model(inputs = x, outputs = [y, b])
    }
    #[cfg(feature = "all")]
    none_last: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let (y, b) = Bidirectional(GRU(2), merge_mode = None)(h);
        Model(inputs = x, outputs = [y, b])
    }
    #[cfg(feature = "all")]
    none_before_gru: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let (a, b) = Bidirectional(LSTM(2, return_sequences = true), merge_mode = None)(h);
        let y = GRU(2)(a);
        let p = GRU(2)(b);
        Model(inputs = x, outputs = [y, p])
    }
    #[cfg(feature = "all")]
    concat_states: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let (y, s, c, u, d) = Bidirectional(LSTM(2, return_sequences = true, return_state = true))(h);
        Model(inputs = x, outputs = [y, s, c, u, d])
    }
    none_states: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let (y, b, s, u) = Bidirectional(GRU(2, return_sequences = true, return_state = true), merge_mode = None)(h);
        Model(inputs = x, outputs = [y, b, s, u])
    }
    #[cfg(feature = "all")]
    stacked: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = Bidirectional(LSTM(2, return_sequences = true))(h);
        let y = Bidirectional(GRU(2))(a);
        Model(inputs = x, outputs = y)
    }
}
