use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [8]);
    let x = Normalization(name = "scale")(pixels);
    let digit = Dense(3, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let (x, y) = ([[0.0_f32; 8]; 4], [0_u32; 4]);
    let mut digits =
        Digits::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::new(0.01), SparseCategoricalCrossentropy::new());
    let (whole, flags) = (vec![1_usize; 4], vec![true; 4]);
    digits.fit(&x, &y, Fit::new().sample_weight([1, 0, 1, 1]))?;
    digits.fit(&x, &y, Fit::new().sample_weight(&whole))?;
    digits.fit(&x, &y, Fit::new().sample_weight(flags))?;
    digits.fit(&x, &y, Fit::new().sample_weight(0.5))?;
    digits.fit(&x, &y, Fit::new().sample_weight([[1; 3]; 4]))?;
    digits.fit(&x, &y, Fit::new().sample_weight(vec![Some(1.0); 4]))?;
    digits.evaluate_weighted(&x, &y, "balanced")?;
    digits.fit_batches(|_| [(&x, &y, &[1_u8; 4])], Fit::new())?;
    Ok(())
}
