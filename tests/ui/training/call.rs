use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

model! {
    pub struct Two;

    let a = Input(shape = [3]);
    let b = Input(shape = [2]);
    let y = Dense(1)(concatenate([a, b]));

    Model(inputs = [a, b], outputs = y)
}

fn main() -> nn::Result<()> {
    let mut rng = StdRng::seed_from_u64(1);
    let digits = Digits::boxed(&mut rng).compile(Adam::new(0.01), SparseCategoricalCrossentropy::new());
    digits.call(&vec![0.0_f32; 64]);
    digits.call(&[0.0_f64; 64]);
    digits.call(&0.5_f32);
    let two = Two::boxed(&mut rng).compile(Adam::new(0.01), MeanSquaredError);
    two.call(&[0.0_f32; 3]);
    Ok(())
}
