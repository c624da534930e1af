use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dens(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

model! {
    pub struct Pair;

    let a = Input(shape = [64]);
    let b = Input(shape = [64]);
    let tower = Digits();
    let both = concatenate([tower(a), tower(b)]);

    Model(inputs = [a, b], outputs = both)
}

fn main() {}
