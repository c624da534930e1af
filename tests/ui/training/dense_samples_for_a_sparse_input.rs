use nn::prelude::*;

model! {
    pub struct Topics;

    let words = Input(shape = [100], sparse = true);
    let topic = Dense(46, activation = softmax)(words);

    Model(inputs = words, outputs = topic)
}

fn main() -> nn::Result<()> {
    let texts: Vec<SVector<f32, 100>> = Vec::new();
    let topics: Vec<u32> = Vec::new();
    let mut model = Topics::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    model.fit(&texts, &topics, Fit::new())?;
    Ok(())
}
