use nn::prelude::*;

model! {
    pub struct Digits;

    let short = Input(shape = [4]);
    let long = Input(shape = [5]);
    let tower = Dense(8);
    let both = concatenate([tower(short), tower(long)]);

    Model(inputs = [short, long], outputs = both)
}

fn main() {}
