use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [1000]);
    let digit = Dense(100)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    let digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    let _copy = Digits::clone(&digits);
}
