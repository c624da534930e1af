//! Layers that hand a mask on, and the loss of their outputs.

use crate::sweep::masked;

masked! { "passing";
    #[cfg(feature = "all")]
    dense: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Dense(3)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    dense_tanh: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Dense(3, activation = tanh)(h);
        Model(inputs = x, outputs = y)
    }
    dense_softmax: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Dense(3, activation = softmax)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    activation: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Activation(tanh)(h);
        Model(inputs = x, outputs = y)
    }
    re_lu: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = ReLU()(h);
        Model(inputs = x, outputs = y)
    }
    leaky_re_lu: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = LeakyReLU(negative_slope = 0.25)(h);
        Model(inputs = x, outputs = y)
    }
    elu: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = ELU()(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    p_re_lu: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = PReLU()(h);
        Model(inputs = x, outputs = y)
    }
    p_re_lu_shared: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = PReLU(shared_axes = [1])(h);
        Model(inputs = x, outputs = y)
    }
    dropout: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Dropout(0.0)(h);
        Model(inputs = x, outputs = y)
    }
    gaussian_noise: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = GaussianNoise(0.0)(h);
        Model(inputs = x, outputs = y)
    }
    layer_normalization: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = LayerNormalization()(h);
        Model(inputs = x, outputs = y)
    }
    activity_regularization: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = ActivityRegularization(l2 = 0.5)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    masking_of_positions: {
        let x = Input(shape = [3, 4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Dense(2)(h);
        Model(inputs = x, outputs = y)
    }
    masking_twice: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let t = Activation(tanh)(h);
        let y = Masking(mask_value = 0.0)(t);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    embedding_dense: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let y = Dense(2)(h);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    embedding_of_sentences: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let y = Dense(2)(h);
        Model(inputs = x, outputs = y)
    }
    one_masked_output: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = Dense(2)(h);
        let flat = Flatten()(h);
        let p = Dense(3)(flat);
        Model(inputs = x, outputs = [y, p])
    }
    two_masked_outputs: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = Dense(2)(h);
        let p = Dense(3)(i);
        Model(inputs = [x, z], outputs = [y, p])
    }
}
