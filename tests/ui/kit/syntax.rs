use nn::prelude::*;

model_rejects! {
    struct Digits;

    let pixels = Input(shape = [64]);

    Model(inputs = pixels, outputs = pixels)
}

model_rejects! { "" => struct Digits; }

model_rejects! { [] => struct Digits; }

model_rejects! { "a", "b" => struct Digits; }

fn main() {}
