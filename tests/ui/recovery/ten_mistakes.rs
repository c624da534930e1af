use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [28, 28]);
    let words = Input(shape = [7], dtype = i32);
    let a = Dens(64)(pixels);
    let b = Dense(64, activaton = relu)(pixels);
    let c = Dense(64, activation = rleu)(pixels);
    let d = Dense(0)(pixels);
    let e = Dropout(1.5)(pixels);
    let f = Reshape([10, 10])(pixels);
    let g = concatenate([pixels, pixel]);
    let h = Dense(64, use_bias = True)(pixels);
    let i = Dense(8);
    let j = Flatten()(i);

    Model(inputs = [pixels, words], outputs = [a, b, c, d, e, f, g, h, j])
}

fn main() {
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    println!("{}", Digits::SUMMARY);
    let outputs = digits.predict(DigitsInputs { pixels: [SVector::zeros()], words: [SVector::zeros()] }).unwrap();
    println!("{:?}", outputs.a);
}
