use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let mut rng = StdRng::seed_from_u64(1);
    let (x, y) = (Vec::<SVector<f32, 64>>::new(), Vec::<u32>::new());
    let boxed = Digits::boxed(&mut rng);
    let history = boxed.fit(&x, &y, Fit::new())?;
    println!("{:?}", history.get("loss"));
    let digits = Digits::new(&mut rng);
    digits.fit(&x, &y, Fit::new().epochs(5))?;
    digits.evaluate(&x, &y)?;
    digits.train_on_batch(&x, &y)?;
    digits.predict_on_batch(&x)?;
    digits.set_learning_rate(0.1)?;
    Ok(())
}
