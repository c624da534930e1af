//! Every kind of model in a crate that denies every lint, with names that the expansion also has.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unsafe_code, unused_qualifications)]
#![deny(single_use_lifetimes, trivial_casts, trivial_numeric_casts, unused_results, rust_2018_idioms)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::undocumented_unsafe_blocks)]

pub mod letters;
pub mod lower_case;
pub mod without_prelude;

use nn::prelude::*;

const UNITS: usize = 3;
const RATE: f64 = 0.25;

model! {
    /// Sizes that the macro knows, and a separate form for training.
    #[nn(allow(frozen_with_nothing_upstream), profile)]
    pub struct Known;

    let a = Input(shape = [4]);
    let b = Input(shape = [2]);
    let h = Dense(3, activation = gelu, trainable = false)(a);
    let h = Dropout(RATE)(concatenate([h, b]));
    let class = Dense(2, activation = softmax)(h);
    let score = Dense(1, activation = leaky_relu(negative_slope = RATE))(h);

    Model(inputs = [a, b], outputs = [class, score])
}

model! {
    /// Sizes that only rustc knows, masks, tables, states and an inner model.
    #[budget(ram = "64 KiB")]
    pub struct Unknown;

    let words = Input(shape = [UNITS + 1], dtype = u32);
    let other = Input(shape = [UNITS + 1]);
    let pair = Input(shape = [2]);
    let h = Embedding(9, UNITS, mask_zero = true)(words);
    let h = Bidirectional(LSTM(UNITS, activation = relu))(h);
    add_loss(Dense(1, name = "for_the_loss")(h));
    let (class, score) = Known()([other, pair]);
    let y = Dense(UNITS, kernel_regularizer = l2(0.1))(concatenate([h, class, score]));

    Model(inputs = [words, other, pair], outputs = y)
}

model! {
    /// Streams: sizes and strides that only rustc knows, states, masks, windows and rates.
    #[nn(stream)]
    pub struct Streamed;

    let words = Input(shape = [UNITS + 9], dtype = u32);
    let s = Input(shape = [UNITS + 9, UNITS]);
    let due = Input(shape = [UNITS]);
    let h = Embedding(9, UNITS, mask_zero = true)(words);
    let (m, state) = GRU(UNITS, return_sequences = true, return_state = true)(h, initial_state = [due]);
    let h = Conv1D(UNITS, UNITS, padding = causal, dilation_rate = UNITS - 1, activation = relu)(s);
    let h = Conv1D(UNITS, 2, strides = UNITS)(LayerNormalization()(add([h, m])));
    let y = Dense(2)(MaxPooling1D(UNITS - 1)(h));

    Model(inputs = [words, s, due], outputs = [y, state])
}

model! {
    /// Only a mask.
    pub struct Masked;

    let x = Input(shape = [4, 2]);
    let y = Masking(mask_value = -1)(x);

    Model(inputs = x, outputs = y)
}

model! {
    /// Nothing at all.
    pub struct Same;

    let x = Input(shape = [4, UNITS]);
    let y = Flatten()(x);

    Model(inputs = x, outputs = y)
}

/// A layer of this crate.
pub mod own {
    use nn::prelude::*;
    use nn::weights;

    weights! {
        /// The weights of a layer.
        pub struct ScaleWeights<T, const N: usize> {
            /// A factor for each feature.
            factors: SVector<T, N> => [N],
        }
    }
}
