//! This one compiles: rustc then builds the files here instead of only checking them, and finds what only shows when code
//! is generated.

use nn::prelude::*;

model! {
    // Exactly what it needs: nothing, since the only activation is the output.
    #[budget(ram = 0, flash = "2600 B", params = 650, macs = 640)]
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    Digits::new(&mut StdRng::seed_from_u64(1)).call(&SVector::zeros());
}
