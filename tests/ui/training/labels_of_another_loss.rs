use nn::prelude::*;

model! {
    pub struct Iris;

    let x = Input(shape = [4]);
    let y = Dense(3, activation = softmax)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Line;

    let x = Input(shape = [4]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

fn main() -> nn::Result<()> {
    let x = [[0.0_f32; 4]];
    let mut rng = StdRng::seed_from_u64(1);
    let mut dense = Iris::boxed(&mut rng).compile(Adam::new(0.01), CategoricalCrossentropy::new());
    dense.fit(&x, &[0_u8], Fit::new())?;
    dense.fit(&x, &vec![2_usize], Fit::new())?;

    let mut sparse = Iris::boxed(&mut rng).compile(Adam::new(0.01), SparseCategoricalCrossentropy::new());
    sparse.fit(&x, &[[0.0_f32, 1.0, 0.0]], Fit::new())?;
    sparse.fit(&x, &[SVector::from([0.0_f32, 1.0, 0.0])], Fit::new())?;

    let mut line = Line::boxed(&mut rng).compile(Adam::new(0.01), MeanSquaredError);
    line.fit(&x, &[3_u8], Fit::new())?;
    line.fit(&[[1.0_f64; 4]], &[1.0], Fit::new())?;
    line.fit((&x, &[1.0]), Fit::new())?;
    Ok(())
}
