use nn::prelude::*;

const LENGTH: usize = 4;

model! {
    pub struct Digits;

    let short = Input(shape = [LENGTH]);
    let long = Input(shape = [LENGTH + 1]);
    let tower = Dense(8);
    let both = concatenate([tower(short), tower(long)]);

    Model(inputs = [short, long], outputs = both)
}

fn main() {}
