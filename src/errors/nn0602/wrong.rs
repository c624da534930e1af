use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let wide = Dense(500_000, activation = relu, kernel_initializer = zeros)(pixels);
    let digit = Dense(1)(wide);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    Digits::boxed(&mut StdRng::seed_from_u64(1)).call(&SVector::zeros());
}
