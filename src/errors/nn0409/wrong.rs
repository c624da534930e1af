use nn::prelude::*;

model! {
    pub struct Topics;

    let words = Input(shape = [10_000], sparse = true);
    let x = Dropout(0.5)(words);
    let topic = Dense(46, activation = softmax)(x);

    Model(inputs = words, outputs = topic)
}

fn main() {}
