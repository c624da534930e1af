use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    let images = vec![SVector::<f32, 64>::zeros(); 10];
    let labels = vec![SVector::<f32, 9>::zeros(); 10];
    digits.fit(&images, &labels, Fit::new())?;
    Ok(())
}
