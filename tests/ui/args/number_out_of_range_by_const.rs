use nn::prelude::*;

const PENALTY: f64 = -0.01;

model! {
    pub struct Penalized;

    let x = Input(shape = [4]);
    let h = Dense(4, kernel_regularizer = l2(PENALTY), activation = relu)(x);
    let h = BatchNormalization(epsilon = f64::NAN)(h);
    let y = Dense(1)(h);

    Model(inputs = x, outputs = y)
}

fn main() {
    let _ = Penalized::new(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
}
