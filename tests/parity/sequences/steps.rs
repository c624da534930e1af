//! TimeDistributed, Masking and the poolings over steps.

use crate::graphs::RMSPROP;
use nn::prelude::*;

model! {
    /// The two layers of `time_distributed_model`.
    pub struct Small;

    let x = Input(shape = [3]);
    let hidden = Dense(5, activation = tanh)(x);
    let top = Dense(2)(hidden);

    Model(inputs = x, outputs = top)
}

graphs! { "recurrent_steps";
    time_distributed_dense: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let tower = TimeDistributed(Dense(2, activation = tanh))(x);
        Model(inputs = x, outputs = tower)
    }
    time_distributed_model: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let steps = TimeDistributed(Small())(x);
        Model(inputs = x, outputs = steps)
    }
    time_distributed_flatten: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 2, 3]);
        let y = TimeDistributed(Flatten())(x);
        Model(inputs = x, outputs = y)
    }
    time_distributed_shared: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let vector = Input(shape = [3]);
        let tower = Dense(2, activation = tanh);
        let steps = TimeDistributed(tower)(x);
        let one = tower(vector);
        Model(inputs = [x, vector], outputs = [steps, one])
    }
    time_distributed_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5], dtype = u32);
        let embedding = Embedding(7, 3, mask_zero = true)(x);
        let tower = TimeDistributed(Dense(2))(embedding);
        let lstm = LSTM(2)(tower);
        Model(inputs = x, outputs = lstm)
    }
    global_average_pooling_1d: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GlobalAveragePooling1D()(x);
        Model(inputs = x, outputs = y)
    }
    global_average_pooling_1d_keepdims: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GlobalAveragePooling1D(keepdims = true)(x);
        Model(inputs = x, outputs = y)
    }
    global_average_pooling_1d_masked: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let kept = Masking()(x);
        let y = GlobalAveragePooling1D()(kept);
        Model(inputs = x, outputs = y)
    }
    global_max_pooling_1d: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GlobalMaxPooling1D()(x);
        Model(inputs = x, outputs = y)
    }
    global_max_pooling_1d_keepdims: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let y = GlobalMaxPooling1D(keepdims = true)(x);
        Model(inputs = x, outputs = y)
    }
    masking_dense_pooling: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 3]);
        let dense = Dense(2)(Masking()(x));
        let y = GlobalAveragePooling1D()(dense);
        Model(inputs = x, outputs = y)
    }
}
