use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

// A budget of one's own, as firmware has it.
const _: () = assert!(Digits::PARAMETER_BYTES + Digits::ARENA_BYTES <= 2048, "the model does not fit its memory");

fn main() {}
