//! Each layer that needs more than the steps so far is refused at the token that says so.

use nn::prelude::*;

model! {
    #[nn(stream)]
    pub struct Layers;

    let x = Input(shape = [20, 8]);
    let a = Bidirectional(GRU(4, return_sequences = true))(x);
    let b = GlobalAveragePooling1D()(x);
    let c = GroupNormalization(2)(x);
    let d = Flatten()(x);
    let e = Reshape([10, 16])(x);
    let f = Permute((2, 1))(x);
    let g = UpSampling1D(2)(x);
    let h = Conv1DTranspose(4, 3)(x);
    let i = ZeroPadding1D(1)(x);
    let j = Cropping1D(1)(x);
    let k = PReLU()(x);
    let l = dot([x, x], axes = 2);
    let m = RepeatVector(3)(GRU(4)(x));
    let n = AdaptiveAveragePooling1D(4)(x);

    Model(inputs = x, outputs = [a, b, c, d, e, f, g, h, i, j, k, l, m, n])
}

model! {
    #[nn(stream)]
    pub struct Arguments;

    let x = Input(shape = [20, 8]);
    let a = Conv1D(4, 3, padding = same)(x);
    let b = MaxPooling1D(2, padding = same)(x);
    let c = LSTM(4, go_backwards = true)(x);
    let d = Softmax(axis = 1)(x);
    let e = LayerNormalization(axis = [1, 2])(x);
    let f = concatenate([x, x], axis = 1);
    let g = BatchNormalization(axis = -2)(x);

    Model(inputs = x, outputs = [a, b, c, d, e, f, g])
}

model! {
    #[nn(stream)]
    pub struct Inputs;

    let x = Input(shape = [20, 8]);
    let state = Input(shape = [8]);
    let slow = Conv1D(8, 1, strides = 2)(x);
    let also = MaxPooling1D(2)(x);
    let late = add([slow, also]);
    let (all, last) = GRU(8, return_sequences = true, return_state = true)(x, initial_state = [state]);
    let mixed = multiply([all, last]);
    let (seq, first) = GRU(8, return_sequences = true, return_state = true)(x);
    let from_first = GRU(8)(seq, initial_state = [first]);

    Model(inputs = [x, state], outputs = [late, mixed, from_first])
}

model! {
    #[nn(stream)]
    pub struct NoSequence;

    let x = Input(shape = [8]);
    let y = Dense(2)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
