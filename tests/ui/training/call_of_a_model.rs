use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

model! {
    pub struct Steps;

    let steps = Input(shape = [5, 3]);
    let y = LSTM(2)(steps);

    Model(inputs = steps, outputs = y)
}

fn main() -> nn::Result<()> {
    let mut rng = StdRng::seed_from_u64(1);
    let digits = Digits::boxed(&mut rng);
    let samples = vec![[0.0_f32; 64]; 10];
    digits.call(&[0.0; 63]);
    digits.call(&samples);
    digits.call(&samples[..]);
    digits.call(&[[0.0_f32; 64]; 10]);
    digits.call(&vec![0.0_f32; 64]);
    digits.call(&3);
    digits.call(&"digit");
    let steps = Steps::boxed(&mut rng);
    steps.call(&[[0.0; 5]; 3]);
    let compiled = digits.compile(Adam::new(0.01), SparseCategoricalCrossentropy::new());
    compiled.call(&samples);
    compiled.call(&[[0.0_f32; 64]; 10]);
    Ok(())
}
