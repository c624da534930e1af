//! This one compiles: rustc then builds the files here instead of only checking them, and finds what only shows when code
//! is generated.

use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

const _: () = assert!(Digits::PARAMETER_BYTES + Digits::ARENA_BYTES <= 4096, "the model does not fit its memory");

fn main() {
    Digits::new(&mut StdRng::seed_from_u64(1)).call(&SVector::zeros());
}
