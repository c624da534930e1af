use nn::prelude::*;

model! {
    pub struct Two;

    let image = Input(shape = [8, 8]);
    let word = Input(shape = [4]);
    let both = concatenate([Flatten()(image), word]);
    let a = Dense(2)(both);
    let b = Dense(3)(both);

    Model(inputs = [image, word], outputs = [a, b])
}

fn main() -> nn::Result<()> {
    let mut two = Two::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), (MeanSquaredError, ()));
    let images: Vec<SMatrix<f32, 8, 8>> = Vec::new();
    let words: Vec<SVector<f32, 4>> = Vec::new();
    let a: Vec<SVector<f32, 2>> = Vec::new();
    let b: Vec<SVector<f32, 3>> = Vec::new();
    two.predict([&images, &images])?;
    two.predict(vec![&images, &images])?;
    two.predict((&images, &words, &words))?;
    two.predict((&images, &images))?;
    two.predict(TwoInputs { image: &images, word: &vec![1.0_f64] })?;
    two.fit((&images, &words), [&a, &a], Fit::new())?;
    two.fit((&images, &words), &a, Fit::new())?;
    two.fit((&images, &words), (&a, &b), Fit::new())?;
    Ok(())
}
