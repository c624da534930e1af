//! A module without Rust's prelude.
#![no_implicit_prelude]

const SIZE: usize = 3;

::nn::weights! {
    /// Weights of a layer.
    pub struct ScaleWeights<T, const N: usize> {
        /// One for each feature.
        factors: ::nn::SVector<T, N> => [N],
    }
}

::nn::model! {
    /// A model.
    #[nn(allow(frozen_with_nothing_upstream), profile, no_implicit_prelude)]
    #[budget(ram = "1 KiB")]
    pub struct Bare;

    let a = Input(shape = [SIZE, 2]);
    let b = Input(shape = [2]);
    let still = Dense(2, trainable = false)(b);
    let h = Dropout(0.5)(Flatten()(LSTM(2, return_sequences = true)(a)));
    let y = Dense(2, activation = relu)(concatenate([h, still]));
    let z = Dense(1, activation = sigmoid)(y);

    Model(inputs = [a, b], outputs = [y, z])
}

::nn::model! {
    /// A model with one input and one output.
    #[nn(no_implicit_prelude)]
    pub struct Around;

    let a = Input(shape = [SIZE]);
    let y = Dense(2, activation = softmax)(BatchNormalization()(a));

    Model(inputs = a, outputs = y)
}
