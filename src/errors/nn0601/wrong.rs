use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [1000]);
    let digit = Dense(100)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    Digits::new(&mut StdRng::seed_from_u64(1));
}
