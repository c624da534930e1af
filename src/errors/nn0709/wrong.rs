use nn::prelude::*;

model! {
    pub struct Line;

    let x = Input(shape = [2]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

static LINE: Line = include_weights!(Line, "tanh.safetensors");

fn main() {
    println!("{}", LINE.call(&SVector::from([1.0, 1.0])));
}
