use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [1000]);
    let digit = Dense(100)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    let _zeros = Digits::<f32>::zeroed();
}
