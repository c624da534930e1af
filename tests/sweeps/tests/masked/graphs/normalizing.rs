//! BatchNormalization of the steps that count.

use crate::sweep::masked;

masked! { "normalizing", f32;
    #[cfg(feature = "all")]
    normalized: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = BatchNormalization()(h);
        Model(inputs = x, outputs = y)
    }
    normalized_axis_1: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = BatchNormalization(axis = 1)(h);
        Model(inputs = x, outputs = y)
    }
    normalized_without_scale: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = BatchNormalization(scale = false, momentum = 0.5)(h);
        Model(inputs = x, outputs = y)
    }
    normalized_without_center: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = BatchNormalization(center = false)(h);
        Model(inputs = x, outputs = y)
    }
    normalized_frozen: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = BatchNormalization(trainable = false)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    normalized_words: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let y = BatchNormalization()(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    normalized_sentences: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let y = BatchNormalization()(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    normalized_sentences_axis_1: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let y = BatchNormalization(axis = 1)(h);
        Model(inputs = x, outputs = y)
    }
    normalized_sentences_axis_2: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let y = BatchNormalization(axis = 2)(h);
        Model(inputs = x, outputs = y)
    }
    normalized_by_a_given_mask: {
        let x = Input(shape = [4, 2]);
        let m = Input(shape = [4], dtype = u32);
        let y = BatchNormalization()(x, mask = m);
        Model(inputs = [x, m], outputs = y)
    }
    #[cfg(feature = "all")]
    normalized_between_dense: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let a = Dense(3)(h);
        let b = BatchNormalization()(a);
        let y = Dense(2)(b);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    normalized_then_dropped: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let b = BatchNormalization()(h);
        let y = GlobalMaxPooling1D()(b);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    normalized_before_lstm: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let b = BatchNormalization()(h);
        let y = LSTM(2)(b);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    normalized_after_lstm: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let b = LSTM(3, return_sequences = true)(h);
        let y = BatchNormalization()(b);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    normalized_after_merge: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let a = add([h, i]);
        let b = BatchNormalization()(a);
        let y = LSTM(2)(b);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    normalized_in_two_series: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let normal = BatchNormalization(momentum = 0.5);
        let a = normal(h);
        let y = subtract([a, normal(i)]);
        Model(inputs = [x, z], outputs = y)
    }
    normalized_after_one_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let a = multiply([h, z]);
        let y = BatchNormalization()(a);
        Model(inputs = [x, z], outputs = y)
    }
}
