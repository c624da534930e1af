use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    let digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    digits.compile(Sgd::default().schedule(0.01), MeanSquaredError);
}
