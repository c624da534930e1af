use nn::data;
use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [8]);
    let digit = Dense(3, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let flat = vec![0.0_f32; 8 * 4];
    let x: &[SVector<f32, 8>] = data::samples(&flat);
    let digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    digits.predict(x)?;
    Ok(())
}
