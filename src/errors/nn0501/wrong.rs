use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    let images: Vec<Vec<f32>> = Vec::new();
    let labels: Vec<u32> = Vec::new();
    let mut digits = digits.compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    digits.fit(&images, &labels, Fit::new())?;
    Ok(())
}
