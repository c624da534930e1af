use nn::Trainer;
use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [100]);
    let digit = Dense(300)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    let digits = Digits::new(&mut StdRng::seed_from_u64(1));
    let _trainer = Trainer::<_, 1, 2>::new(digits, &Adam::default());
}
