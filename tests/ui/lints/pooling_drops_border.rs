// Gaps that strides leave everywhere are not reported, nor is a pooling that covers its input.
#![deny(deprecated)]

use nn::prelude::*;

const SIDE: usize = 23;

model! {
    pub struct Digits;

    let image = Input(shape = [23, 24, 2]);
    let steps = Input(shape = [23, 3]);
    let a = MaxPooling2D(2)(image);
    let b = AveragePooling2D((3, 5), strides = 2)(image);
    let c = MaxPooling2D((4, 5), strides = (4, 5))(image);
    let d = AveragePooling1D(3)(steps);
    let e = MaxPooling1D(2, strides = 2, padding = same)(steps);
    let f = MaxPooling2D(1, strides = (3, 2))(image);
    let g = MaxPooling1D(2, strides = 4)(steps);
    let h = concatenate([Flatten()(a), Flatten()(b), Flatten()(c), Flatten()(f)]);
    let i = concatenate([Flatten()(d), Flatten()(e), Flatten()(g)]);
    let y = Dense(2)(concatenate([h, i]));

    Model(inputs = [image, steps], outputs = y)
}

model! {
    // A shape that only rustc knows is not judged.
    pub struct Unknown;

    Sequential([Input(shape = [SIDE, 3]), MaxPooling1D(2), GlobalMaxPooling1D()])
}

model! {
    #[nn(allow(pooling_drops_border))]
    pub struct Allowed;

    Sequential([Input(shape = [23, 3]), MaxPooling1D(2), GlobalMaxPooling1D()])
}

fn main() {}
