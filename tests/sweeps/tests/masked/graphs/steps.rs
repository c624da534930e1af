//! The mask of each step of a TimeDistributed.

use crate::sweep::masked;

masked! { "steps";
    #[cfg(feature = "all")]
    gru: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = TimeDistributed(GRU(2))(h);
        let y = GlobalMaxPooling1D()(a);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    lstm: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = TimeDistributed(LSTM(2))(h);
        let y = GlobalMaxPooling1D()(a);
        Model(inputs = x, outputs = y)
    }
    simple_rnn: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = TimeDistributed(SimpleRNN(2))(h);
        let y = GlobalMaxPooling1D()(a);
        Model(inputs = x, outputs = y)
    }
    both_ways: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = TimeDistributed(Bidirectional(GRU(2)))(h);
        let y = GlobalMaxPooling1D()(a);
        Model(inputs = x, outputs = y)
    }
    global_max: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = TimeDistributed(GlobalMaxPooling1D())(h);
        let y = GlobalMaxPooling1D()(a);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    sequences: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let y = TimeDistributed(LSTM(2, return_sequences = true))(h);
        Model(inputs = x, outputs = y)
    }
    dense: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let y = TimeDistributed(Dense(2, activation = tanh))(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    dense_then_gru: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = TimeDistributed(Dense(2))(h);
        let b = TimeDistributed(GRU(2))(a);
        let y = Dense(2)(GlobalMaxPooling1D()(b));
        Model(inputs = x, outputs = y)
    }
    stacked: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = TimeDistributed(GRU(2, return_sequences = true))(h);
        let b = TimeDistributed(LSTM(2))(a);
        let y = Flatten()(b);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    flat_steps: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = TimeDistributed(Dense(3))(h);
        Model(inputs = x, outputs = y)
    }
    flattened: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = TimeDistributed(Flatten())(h);
        let y = Reshape([36])(a);
        Model(inputs = x, outputs = y)
    }
    deep: {
        let x = Input(shape = [2, 3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = TimeDistributed(TimeDistributed(GRU(2)))(h);
        let y = Flatten()(a);
        Model(inputs = x, outputs = y)
    }
    shared: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let z = Input(shape = [4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let gru = GRU(2);
        let a = TimeDistributed(gru)(h);
        let b = GlobalMaxPooling1D()(a);
        let y = add([b, gru(i)]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    of_numbers: {
        let x = Input(shape = [3, 4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let a = TimeDistributed(LSTM(2))(h);
        let y = GlobalMaxPooling1D()(a);
        Model(inputs = x, outputs = y)
    }
}
