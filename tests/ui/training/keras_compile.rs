use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    let new = || Digits::boxed(&mut StdRng::seed_from_u64(1));
    new().compile("adam", SparseCategoricalCrossentropy::new());
    new().compile(Adam::new(0.01), "sparse_categorical_crossentropy");
    new().compile(Adam::new(0.01), Mse);
    new().compile(Adam::new(0.01), [MeanSquaredError]);
    let compiled = || new().compile(Adam::new(0.01), SparseCategoricalCrossentropy::new());
    compiled().metrics("accuracy");
    compiled().metrics([Accuracy]);
    compiled().metrics(["accuracy"]);
    compiled().metrics(vec![Accuracy]);
    compiled().metrics((Accuracy, "mae"));
    compiled().metrics(MeanSquaredError);
    compiled().loss_weights([1.0]);
    compiled().loss_weights(1);
}
