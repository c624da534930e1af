use nn::prelude::*;

const HIDDEN: usize = 8;

model! {
    struct Tower;

    let x = Input(shape = [8]);
    let y = Dense(2)(x);

    Model(inputs = x, outputs = y)
}

// Both would be rejected by rustc.
model_rejects! {
    "expects an input of shape" =>
    struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Tower()(pixels);

    Model(inputs = pixels, outputs = digit)
}

model_rejects! {
    ["expected inputs of one shape", "but got"] =>
    struct Digits;

    let pixels = Input(shape = [64]);
    let digit = add([Dense(HIDDEN)(pixels), pixels]);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
