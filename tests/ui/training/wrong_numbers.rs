use nn::prelude::*;

model! {
    pub struct Yes;

    let x = Input(shape = [2]);
    let y = Dense(1, activation = sigmoid)(x);

    Model(inputs = x, outputs = y)
}

fn main() -> nn::Result<()> {
    let mut yes = Yes::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), BinaryCrossentropy::default());
    let x = [[0.0, 1.0], [1.0, 1.0]];
    let flags: Vec<bool> = Vec::new();
    yes.fit(&x, &flags, Fit::new())?;
    let classes: Vec<u32> = Vec::new();
    yes.fit(&x, &classes, Fit::new())?;
    let indices: Vec<usize> = Vec::new();
    yes.evaluate(&x, &indices)?;
    let doubles: Vec<f64> = Vec::new();
    yes.evaluate(&x, &doubles)?;
    yes.train_on_batch(&x, &[0, 1])?;
    let names = ["yes", "no"];
    yes.train_on_batch(&x, &names)?;
    Ok(())
}
