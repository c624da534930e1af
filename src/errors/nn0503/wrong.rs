use nn::{metrics::SparseCategoricalAccuracy, prelude::*};

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    digits.compile(Sgd::default(), CategoricalCrossentropy::default()).metrics(SparseCategoricalAccuracy);
    Ok(())
}
