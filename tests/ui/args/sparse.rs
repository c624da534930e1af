use nn::prelude::*;

model! {
    pub struct Topics;

    let words = Input(shape = [100], sparse = 1);
    let topic = Dense(46, activation = softmax)(words);

    Model(inputs = words, outputs = topic)
}

fn main() {}
