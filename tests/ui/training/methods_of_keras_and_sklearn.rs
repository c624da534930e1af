use nn::prelude::*;

model! {
    pub struct Iris;

    let x = Input(shape = [4]);
    let y = Dense(3, activation = softmax)(x);

    Model(inputs = x, outputs = y)
}

fn main() -> nn::Result<()> {
    let x = [[0.0_f32; 4]];
    let iris = Iris::boxed(&mut StdRng::seed_from_u64(1));
    let _ = iris.predict_classes(&x);
    let _ = iris.predict(&x)?.argmax();
    let _ = iris.score(&x, &[0]);
    let mut iris = iris.compile(Adam::new(0.01), SparseCategoricalCrossentropy::new());
    let _ = iris.predict_classes(&x);
    let _ = iris.fit_generator(|| 0..3);
    Ok(())
}
