use nn::prelude::*;

model! {
    pub struct Iris;

    let x = Input(shape = [4]);
    let y = Dense(3, activation = softmax)(x);

    Model(inputs = x, outputs = y)
}

// The calls that follow are no errors of their own.
fn main() -> nn::Result<()> {
    let (x, y) = (vec![[0.0_f32; 4]], vec![0_u32]);
    let iris = || Iris::boxed(&mut StdRng::seed_from_u64(1));
    let loss = || SparseCategoricalCrossentropy::new();

    let mut a = iris().compile("adam", loss()).metrics(Accuracy);
    a.fit(&x, &y, Fit::new())?;

    let mut b = iris().compile(Adam::new(0.01), "sparse_categorical_crossentropy").metrics(Accuracy);
    b.fit(&x, &y, Fit::new().epochs(2))?;
    println!("{}", b.evaluate(&x, &y)?.loss);

    let mut c = iris().compile(Adam::new(0.01), loss()).metrics("accuracy");
    c.fit(&x, &y, Fit::new())?;

    let mut d = iris().compile(Adam::new(0.01), loss()).metrics(vec![Accuracy]);
    d.fit(&x, &y, Fit::new())?;

    let mut e = iris().compile(Adam::new(0.01), loss());
    e.fit(&x, &y, Fit::new().callback("early_stopping"))?;
    e.fit(&x, &y, Fit::new().callback([EarlyStopping::new()]))?;
    Ok(())
}
