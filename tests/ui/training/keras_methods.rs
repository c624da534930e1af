use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    let weights = digits.get_weights();
    digits.set_weights(weights);
    digits.save("digits.keras")?;
    let mut digits = digits.compile(Adam::new(0.01), SparseCategoricalCrossentropy::new());
    let weights = digits.get_weights();
    digits.set_weights(weights);
    digits.save("digits.keras")?;
    Ok(())
}
