use nn::prelude::*;

model! {
    #[nn(stream)]
    pub struct Keyword;

    let sound = Input(shape = [100, 13]);
    let x = Conv1D(8, 3, padding = same, activation = relu)(sound);
    let word = Dense(4, activation = softmax)(x);

    Model(inputs = sound, outputs = word)
}

fn main() {}
