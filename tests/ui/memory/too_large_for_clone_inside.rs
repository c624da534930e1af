use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [1000]);
    let digit = Dense(100)(pixels);

    Model(inputs = pixels, outputs = digit)
}

#[derive(Clone)]
#[allow(dead_code)]
struct Ensemble {
    one: Digits,
    other: Box<Digits>,
}

fn copy(ensemble: &Ensemble) -> Ensemble {
    ensemble.clone()
}

fn main() {
    let copy: fn(&Ensemble) -> Ensemble = copy;
    std::hint::black_box(copy);
}
