use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dens(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn inputs(pixels: SVector<f32, 64>) -> DigitsInputs<SVector<f32, 64>> {
    DigitsInputs { pixels }
}

fn digit(outputs: DigitsOutputs<SVector<f32, 10>>) -> SVector<f32, 10> {
    outputs.digit
}

fn main() -> nn::Result<()> {
    let mut rng = StdRng::seed_from_u64(1);
    let pixels = vec![SVector::repeat(0.0); 10];
    let labels = vec![SVector::repeat(0.0); 10];
    let small: Digits = Digits::new(&mut rng);
    small.call(&pixels[0]);
    let mut digits = Digits::boxed(&mut rng)
        .compile(RmsProp::default(), CategoricalCrossentropy::default())
        .metrics(Accuracy);
    digits.fit(&pixels, &labels, Fit::new().epochs(2))?;
    digits.predict(&pixels)?;
    digits.save_weights("digits.safetensors")?;
    println!("{} {}", Digits::SUMMARY, Digits::PARAMETERS);
    Ok(())
}
