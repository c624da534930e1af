use nn::prelude::*;

const WORDS: usize = 100;

model! {
    pub struct Topics;

    let words = Input(shape = [7, WORDS], sparse = true);
    let topic = Dense(46, activation = softmax)(words);

    Model(inputs = words, outputs = topic)
}

fn main() {}
