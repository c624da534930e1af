use nn::prelude::*;

model! {
    pub struct Two;

    let x = Input(shape = [4]);
    let a = Dense(2)(x);
    let b = Dense(3)(x);

    Model(inputs = x, outputs = [a, b])
}

fn main() {
    let weights = TwoOutputs { a: 1.0, c: 0.5 };
    Two::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError).loss_weights(weights);
}
