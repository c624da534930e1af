use nn::{Bf16, Packed, prelude::*};

model! {
    pub struct Digits;

    let pixels = Input(shape = [1000]);
    let digit = Dense(100)(pixels);

    Model(inputs = pixels, outputs = digit)
}

static ZEROS: Packed<Digits, Bf16> = Packed::new(&[Bf16::from_bits(0); 100_100]);

fn main() {
    ZEROS.unpack();
}
