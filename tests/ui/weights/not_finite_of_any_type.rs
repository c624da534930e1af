use nn::{Bf16, Packed, prelude::*};

model! {
    pub struct Line;

    let x = Input(shape = [2]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

static DOUBLE: Line<f64> = include_weights!(Line<f64>, "diverged_f64.safetensors");
static HALF: Packed<Line, Bf16> = include_weights!(Line, "diverged.safetensors", bf16);

fn main() {
    println!("{}", DOUBLE.call(&SVector::from([1.0, 1.0])));
    println!("{}", HALF.unpack().call(&SVector::from([1.0, 1.0])));
}
