// Whatever a sparse input is used for, the token that uses it is to blame.

use nn::prelude::*;

model! {
    pub struct Topics;

    let words = Input(shape = [100], sparse = true);
    let numbers = Input(shape = [100]);
    let a = relu(words);
    let b = concatenate([numbers, words]);
    let c = Embedding(100, 8)(words);
    let d = TimeDistributed(Dense(3))(words);
    let e = Dense(3)(Flatten()(words));
    let sequence = Input(shape = [7, 2]);
    let f = LSTM(4)(sequence, mask = words);
    let part = Model(inputs = numbers, outputs = Dense(4)(numbers));
    let g = part(words);
    let h = TimeDistributed(my::Tower())(words);

    Model(inputs = [words, numbers], outputs = [a, b, c, d, e, f, g, h])
}

fn main() {}
