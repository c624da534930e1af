//! Concatenation along every axis.

use crate::sweep::masked;

masked! { "joining";
    #[cfg(feature = "all")]
    concatenate_along_1: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [3, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = concatenate([h, i], axis = 1);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_along_1_first_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [3, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = concatenate([h, z], axis = 1);
        Model(inputs = [x, z], outputs = y)
    }
    concatenate_along_1_before_lstm: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [3, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let a = concatenate([x, i], axis = 1);
        let y = LSTM(2)(a);
        Model(inputs = [x, z], outputs = y)
    }
    concatenate_along_minus_2: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [3, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = concatenate([h, i], axis = -2);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_along_minus_2_first_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [3, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = concatenate([h, z], axis = -2);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_along_minus_2_before_lstm: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [3, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let a = concatenate([x, i], axis = -2);
        let y = LSTM(2)(a);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_along_2: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = concatenate([h, i], axis = 2);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_along_2_second_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let a = concatenate([x, i], axis = 2);
        let y = GRU(2)(a);
        Model(inputs = [x, z], outputs = y)
    }
    concatenate_of_a_plain_join: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let j = Masking(mask_value = -1.0)(v);
        let a = concatenate([h, z]);
        let b = Dense(2)(a);
        let y = concatenate([b, j], axis = 1);
        Model(inputs = [x, z, v], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_sentences_along_1: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let z = Input(shape = [3, 4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let y = concatenate([h, i], axis = 1);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_sentences_along_2: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let z = Input(shape = [3, 4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let y = concatenate([h, i], axis = 2);
        Model(inputs = [x, z], outputs = y)
    }
    concatenate_sentences_along_3: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let z = Input(shape = [3, 4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let y = concatenate([h, i], axis = 3);
        Model(inputs = [x, z], outputs = y)
    }
    concatenate_sentences_along_minus_1: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let z = Input(shape = [3, 4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let y = concatenate([h, i], axis = -1);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_sentences_along_minus_2: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let z = Input(shape = [3, 4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let y = concatenate([h, i], axis = -2);
        Model(inputs = [x, z], outputs = y)
    }
    concatenate_sentences_along_minus_3: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let z = Input(shape = [3, 4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let y = concatenate([h, i], axis = -3);
        Model(inputs = [x, z], outputs = y)
    }
    concatenate_sentences_second_masked: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3)(x);
        let z = Input(shape = [3, 4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let y = concatenate([h, i], axis = 2);
        Model(inputs = [x, z], outputs = y)
    }
}
