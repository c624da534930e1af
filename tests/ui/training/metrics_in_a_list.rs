use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    Digits::boxed(&mut StdRng::seed_from_u64(1))
        .compile(Adam::new(0.01), SparseCategoricalCrossentropy::new())
        .metrics([Accuracy, Mae]);
}
