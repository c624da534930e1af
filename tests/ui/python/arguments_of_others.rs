use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let a = Dense(out_features = 10)(pixels);
    let b = Dense(10, bias = false)(pixels);
    let c = Dense(10, act = relu)(pixels);
    let d = Dense(10, useBias = false)(pixels);
    let e = Dense(10, Activation = relu)(pixels);
    let f = Dropout(p = 0.5)(pixels);
    let g = Dense(10, in_features = 64)(pixels);
    let h = Dense(unit = 10)(pixels);

    Model(inputs = pixels, outputs = pixels)
}

fn main() {}
