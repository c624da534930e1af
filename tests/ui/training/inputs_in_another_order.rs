use nn::prelude::*;

model! {
    pub struct Three;

    let image = Input(shape = [8, 8]);
    let word = Input(shape = [4]);
    let both = concatenate([Flatten()(image), word]);
    let a = Dense(2)(both);
    let b = Dense(3)(both);
    let c = Dense(5)(both);

    Model(inputs = [image, word], outputs = [a, b, c])
}

fn main() -> nn::Result<()> {
    let three = Three::boxed(&mut StdRng::seed_from_u64(1));
    let images: Vec<SMatrix<f32, 8, 8>> = Vec::new();
    let words: Vec<SVector<f32, 4>> = Vec::new();
    three.predict((&words, &images))?;
    Ok(())
}
