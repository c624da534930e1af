use nn::callbacks::LearningRateScheduler;
use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn digits() -> Box<Digits> {
    Digits::boxed(&mut StdRng::seed_from_u64(1))
}

// One mistake in a chain of calls is one error.
fn main() -> nn::Result<()> {
    let (x, y) = (vec![[0.0_f32; 64]; 10], vec![0_u32; 10]);
    digits().compile(Adam::new(0.1).schedule("cosine"), SparseCategoricalCrossentropy::new()).fit(&x, &y, Fit::new())?;
    digits().compile(Adam::new("fast"), SparseCategoricalCrossentropy::new()).fit(&x, &y, Fit::new())?;
    digits().compile(Adam::new(0.1).weight_decay("l2"), SparseCategoricalCrossentropy::new()).fit(&x, &y, Fit::new())?;
    digits().compile(Adam::new(1), SparseCategoricalCrossentropy::new()).fit(&x, &y, Fit::new())?;
    let mut compiled = digits().compile(Adam::new(0.1), SparseCategoricalCrossentropy::new());
    compiled.fit(&x, &y, Fit::new().callback(LearningRateScheduler::new(0.1)))?;
    compiled.fit(&x, &y, Fit::new().epochs(5.0))?;
    compiled.fit(&x, &y, Fit::new().validation_split("0.2"))?;
    Ok(())
}
