use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [8]);
    let digit = Dense(3, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let (x, y) = ([[0.0_f32; 8]; 4], [0_u32; 4]);
    let digits = Digits::new(&mut StdRng::seed_from_u64(1));
    let fit = Fit::new().epochs(5).validation_data(&x, &y).callback(EarlyStopping::new());
    let history = digits.fit(&x, &y, fit)?;
    println!("{:?}", history.get("loss"));
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    digits.fit(&x, &y, Fit::new().sample_weight([1.0; 4]))?;
    Ok(())
}
