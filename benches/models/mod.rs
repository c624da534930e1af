//! Models that several benches measure.
#![allow(dead_code)] // Each of them measures some.

use nn::prelude::*;

model! {
    pub struct Iris;

    let flower = Input(shape = [4]);
    let first = Dense(32, activation = relu)(flower);
    let second = Dense(32, activation = relu)(first);
    let last = Dense(3, activation = softmax)(second);

    Model(inputs = flower, outputs = last)
}

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let first = Dense(64, activation = relu)(pixels);
    let second = Dense(64, activation = relu)(first);
    let last = Dense(10, activation = softmax)(second);

    Model(inputs = pixels, outputs = last)
}

model! {
    /// Twenty steps of eight readings, in one vector.
    pub struct Readings;

    let readings = Input(shape = [160]);
    let steps = Reshape([20, 8])(readings);
    let first = LSTM(32, return_sequences = true)(steps);
    let second = Bidirectional(GRU(16))(first);
    let last = Dense(3, activation = softmax)(second);

    Model(inputs = readings, outputs = last)
}

model! {
    /// Bags of words.
    pub struct Reuters;

    let words = Input(shape = [10_000]);
    let first = Dense(64, activation = relu)(words);
    let second = Dense(64, activation = relu)(first);
    let last = Dense(46, activation = softmax)(second);

    Model(inputs = words, outputs = last)
}

model! {
    /// Bags of words as lists.
    pub struct SparseReuters;

    let words = Input(shape = [10_000], sparse = true);
    let first = Dense(64, activation = relu)(words);
    let second = Dense(64, activation = relu)(first);
    let last = Dense(46, activation = softmax)(second);

    Model(inputs = words, outputs = last)
}

model! {
    /// The model of Keras's functional guide.
    pub struct Headline;

    let main_input = Input(shape = [100], dtype = u32);
    let x = Embedding(output_dim = 512, input_dim = 10_000)(main_input);
    let lstm_out = LSTM(32)(x);
    let aux_output = Dense(1, activation = sigmoid)(lstm_out);
    let aux_input = Input(shape = [5]);
    let x = concatenate([lstm_out, aux_input]);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let main_output = Dense(1, activation = sigmoid)(x);

    Model(inputs = [main_input, aux_input], outputs = [main_output, aux_output])
}
