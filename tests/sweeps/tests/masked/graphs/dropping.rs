//! Layers that drop a mask.

use crate::sweep::masked;

masked! { "dropping";
    #[cfg(feature = "all")]
    flatten: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Flatten()(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    reshape: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Reshape([8])(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    reshape_same: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Reshape([4, 2])(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    permute: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Permute((2, 1))(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    global_max: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = GlobalMaxPooling1D()(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    reshape_before_gru: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let a = Reshape([4, 2])(h);
        let y = GRU(2)(a);
        Model(inputs = x, outputs = y)
    }
    permute_before_lstm: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let a = Permute((2, 1))(h);
        let y = LSTM(2)(a);
        Model(inputs = x, outputs = y)
    }
    repeated_sentence: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let a = LSTM(2)(h);
        let b = RepeatVector(3)(a);
        let y = GRU(2, return_sequences = true)(b);
        Model(inputs = x, outputs = y)
    }
}
