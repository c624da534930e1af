use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

/// As of another crate.
struct Array2;

fn main() -> nn::Result<()> {
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1))
        .compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    let samples: Vec<SVector<f32, 64>> = Vec::new();
    let labels: Vec<u32> = Vec::new();
    digits.predict(&samples[0])?;
    digits.predict(samples[0])?;
    digits.predict(&[0.0; 64])?;
    digits.predict(samples.iter())?;
    digits.predict(Array2)?;
    digits.predict(&nn::nalgebra::DMatrix::<f32>::zeros(5, 64))?;
    digits.predict((&samples, &samples))?;
    digits.predict("samples.npy")?;
    digits.evaluate(&samples, &labels[0])?;
    digits.evaluate(&samples, 3)?;
    digits.evaluate(Some(&samples), &labels)?;
    Ok(())
}
