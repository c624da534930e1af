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
    let history = digits.fit(&x, &y, Fit::new())?;
    println!("{:?}", history["loss"]);
    let report = digits.evaluate(&x, &y)?;
    println!("{:?}", report["loss"]);
    Ok(())
}
