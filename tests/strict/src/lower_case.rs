//! Constants in lower case, with the names of the expansion's variables and of inputs and outputs.
#![allow(non_upper_case_globals, clippy::many_single_char_names)]

macro_rules! constants {
    ($($name:ident)*) => { $(#[allow(dead_code)] const $name: usize = 1;)* };
}

constants! {
    x w y m n dx dy dw rng mode pass logit_mask wanted loss arena after inputs outputs input output visit path folded row rows cache scratch batch
    samples state states targets predictions weighting named tuple name value other t b x0 x1 y0 y1 first second class score words left
    source x_table y_table x_normal y_normal y_class layer layers h memory gradient gradients logits losses heads report range from to
}

/// A rate with the name of a variable.
const rate: f64 = 0.5;

nn::model! {
    /// One input, one output.
    pub struct One;

    let x = Input(shape = [3]);
    let y = Dense(2, activation = relu)(Dropout(rate)(x));

    Model(inputs = x, outputs = y)
}

nn::model! {
    /// Several inputs and outputs, and everything that the expansion can have.
    #[nn(allow(frozen_with_nothing_upstream), profile)]
    pub struct More;

    let words = Input(shape = [4], dtype = u32);
    let left = Input(shape = [x + 2]);
    let table = Dense(2, trainable = false)(left);
    let normal = BatchNormalization()(table);
    let folded = Dense(3, activation = tanh)(normal);
    let steps = LSTM(3, return_sequences = true)(Embedding(5, w + 1, mask_zero = true)(words));
    let shared = Dropout(0.5)(concatenate([folded, GlobalAveragePooling1D()(steps)]));
    let inner = One()(folded);
    let class = Dense(2, activation = softmax, kernel_regularizer = l2(0.1), kernel_constraint = non_neg)(shared);
    let score = Dense(n, activation = sigmoid)(concatenate([shared, inner]));

    Model(inputs = [words, left], outputs = [class, score])
}

/// Numbers of layers and functions with the names of variables.
pub mod numbers {
    const x: f64 = 0.25;
    const w: f64 = 0.5;
    const n: f64 = 0.75;
    const m: bool = true;

    nn::model! {
        /// Here the names mean the constants.
        pub struct Numbers;

        let a = Input(shape = [3]);
        let h = Dropout(x)(a);
        let h = Dense(2, activation = leaky_relu(negative_slope = w), kernel_initializer = random_uniform(minval = -x, maxval = n))(h);
        let y = Dense(2, use_bias = m, kernel_regularizer = l2(n))(h);

        Model(inputs = a, outputs = y)
    }
}
