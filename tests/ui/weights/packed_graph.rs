use nn::{F16, Packed, prelude::*};

model! {
    pub struct Line;

    let x = Input(shape = [2]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

static LINE: Packed<Line, F16> = include_weights!(Line, "tanh.safetensors", f16);

fn main() {
    println!("{}", LINE.unpack().call(&SVector::from([1.0, 1.0])));
}
