use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(32, use_bias = false)(pixels);
    let x = BatchNormalization()(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    let images: Vec<SVector<f32, 64>> = Vec::new();
    let labels: Vec<u32> = Vec::new();
    let mut folded = digits.fold().compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    folded.fit(&images, &labels, Fit::new())?;
    Ok(())
}
