//! Embedding and its masks.

use crate::graphs::{R01, RMSPROP};
use nn::optimizers::Adagrad;
use nn::prelude::*;

graphs! { "recurrent_embedding";
    embedding: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5], dtype = u32);
        let embedding = Embedding(7, 3)(x);
        let dense = Dense(2)(Flatten()(embedding));
        Model(inputs = x, outputs = dense)
    }
    embedding_sgd: Sgd { learning_rate: 0.1, ..Sgd::default() }, MeanSquaredError, {
        let x = Input(shape = [5], dtype = u32);
        let embedding = Embedding(7, 3)(x);
        let dense = Dense(2)(Flatten()(embedding));
        Model(inputs = x, outputs = dense)
    }
    embedding_adagrad: Adagrad { learning_rate: 0.1, initial_accumulator_value: 0.1_f32 as f64, ..Adagrad::default() }, MeanSquaredError, {
        let x = Input(shape = [5], dtype = u32);
        let embedding = Embedding(7, 3)(x);
        let dense = Dense(2)(Flatten()(embedding));
        Model(inputs = x, outputs = dense)
    }
    embedding_regularizer: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5], dtype = u32);
        let embedding = Embedding(7, 3, embeddings_regularizer = l2(R01))(x);
        let dense = Dense(2)(Flatten()(embedding));
        Model(inputs = x, outputs = dense)
    }
    embedding_rank2: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [2, 5], dtype = u32);
        let embedding = Embedding(7, 3)(x);
        Model(inputs = x, outputs = embedding)
    }
    masked_loss: RMSPROP, CategoricalCrossentropy::default(), {
        let x = Input(shape = [5], dtype = u32);
        let embedding = Embedding(7, 3, mask_zero = true)(x);
        let lstm = LSTM(2, return_sequences = true)(embedding);
        let dense = TimeDistributed(Dense(3, activation = softmax))(lstm);
        Model(inputs = x, outputs = dense)
    }
    masked_add: RMSPROP, MeanSquaredError, {
        let a = Input(shape = [5], dtype = u32);
        let b = Input(shape = [5], dtype = u32);
        let left = Embedding(7, 3, mask_zero = true)(a);
        let right = Embedding(7, 3, mask_zero = true)(b);
        let lstm = LSTM(2)(add([left, right]));
        Model(inputs = [a, b], outputs = lstm)
    }
    masked_concatenate: RMSPROP, MeanSquaredError, {
        let a = Input(shape = [5], dtype = u32);
        let b = Input(shape = [5], dtype = u32);
        let left = Embedding(7, 3, mask_zero = true)(a);
        let right = Embedding(7, 3, mask_zero = true)(b);
        let lstm = LSTM(2)(concatenate([left, right]));
        Model(inputs = [a, b], outputs = lstm)
    }
}
