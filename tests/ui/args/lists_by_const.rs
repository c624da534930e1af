// The same mistakes in constants, which rustc finds.

use nn::prelude::*;

const ONE: usize = 1;
const SIZE: usize = 3;
const SCALE: [f64; 2] = [1.0, 2.0];
const NONE: [f64; 0] = [];
const SPREAD: f64 = -1.0;
const MEAN: [f64; 3] = [0.5, 1.5, 2.5];

model! {
    pub struct Crops;

    let x = Input(shape = [6, 5, SIZE]);
    let a = Cropping2D(((ONE, 5), 0))(x);

    Model(inputs = x, outputs = a)
}

model! {
    pub struct Scales;

    let x = Input(shape = [6, 5, SIZE]);
    let a = Rescaling(SCALE)(x);

    Model(inputs = x, outputs = a)
}

model! {
    pub struct Empty;

    let x = Input(shape = [6, 5, 3]);
    let a = Rescaling(NONE)(x);

    Model(inputs = x, outputs = a)
}

model! {
    pub struct Spread;

    let x = Input(shape = [6, 5, 3]);
    let a = Normalization(mean = 1.0, variance = SPREAD)(x);

    Model(inputs = x, outputs = a)
}

model! {
    pub struct Lengths;

    let x = Input(shape = [6, 5, 3]);
    let a = Normalization(mean = MEAN, variance = SCALE)(x);

    Model(inputs = x, outputs = a)
}

model! {
    pub struct Right;

    let x = Input(shape = [6, 5, SIZE]);
    let a = Normalization(mean = MEAN, variance = [4.0, ONE as f64, 2.0])(ZeroPadding2D(((ONE, 2), SIZE))(x));
    let b = AlphaDropout(0.1, noise_shape = (None, ONE, 11, SIZE))(Rescaling(&MEAN, offset = MEAN[1])(a));
    let b = Dense(1)(b);

    Model(inputs = x, outputs = b)
}

fn main() {}
