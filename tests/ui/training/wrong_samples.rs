use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1))
        .compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    let labels: Vec<u32> = Vec::new();
    let flat: Vec<f32> = Vec::new();
    digits.fit(&flat, &labels, Fit::new())?;
    let rows: Vec<Vec<f32>> = Vec::new();
    digits.fit(&rows, &labels, Fit::new())?;
    let slices: Vec<&[f32]> = Vec::new();
    digits.evaluate(&slices, &labels)?;
    let dynamic: Vec<nn::nalgebra::DVector<f32>> = Vec::new();
    digits.evaluate(&dynamic, &labels)?;
    let doubles: Vec<SVector<f64, 64>> = Vec::new();
    digits.train_on_batch(&doubles, &labels)?;
    let double_arrays: Vec<[f64; 64]> = Vec::new();
    digits.test_on_batch(&double_arrays, &labels)?;
    let short: Vec<SVector<f32, 63>> = Vec::new();
    digits.predict(&short)?;
    let short_arrays: Vec<[f32; 63]> = Vec::new();
    digits.predict_on_batch(&short_arrays)?;
    let images: Vec<[[f32; 8]; 8]> = Vec::new();
    digits.model().predict(&images)?;
    let bytes: Vec<u8> = Vec::new();
    digits.predict(&bytes)?;
    let sparse: Vec<MultiHot<64>> = Vec::new();
    digits.predict(&sparse)?;
    let samples: Vec<SVector<f32, 64>> = Vec::new();
    let references: Vec<&SVector<f32, 64>> = samples.iter().collect();
    digits.predict(&references)?;
    let pairs: Vec<(SVector<f32, 64>, u32)> = Vec::new();
    digits.predict(&pairs)?;
    Ok(())
}
