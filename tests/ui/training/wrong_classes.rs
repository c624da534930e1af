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
    let x: Vec<SVector<f32, 64>> = Vec::new();
    let indices: Vec<usize> = Vec::new();
    digits.fit(&x, &indices, Fit::new())?;
    let slice: &[usize] = &[];
    digits.fit(&x, slice, Fit::new())?;
    let signed: Vec<i32> = Vec::new();
    digits.evaluate(&x, &signed)?;
    let flags: Vec<bool> = Vec::new();
    digits.evaluate(&x, &flags)?;
    let numbers: Vec<f32> = Vec::new();
    digits.train_on_batch(&x, &numbers)?;
    let names: Vec<String> = Vec::new();
    digits.train_on_batch(&x, &names)?;
    digits.test_on_batch(&x, ["three", "eight"])?;
    let one_hot: Vec<SVector<f32, 10>> = Vec::new();
    digits.fit(&x, &one_hot, Fit::new())?;
    digits.fit(&x, &[0.5, 1.0], Fit::new())?;
    Ok(())
}
