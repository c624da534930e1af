#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Pixels;

    let image = Input(shape = [28, 28, 1]);
    let h = Dense(64, activation = relu)(image);
    let h = Dropout(0.5)(h);
    let y = Dense(10, activation = softmax)(h);

    Model(inputs = image, outputs = y)
}

model! {
    pub struct Convolved;

    let image = Input(shape = [28, 28, 1]);
    let h = MaxPooling2D(2)(Conv2D(8, 3, activation = relu)(image));
    let y = Dense(10, activation = softmax)(h);

    Model(inputs = image, outputs = y)
}

model! {
    pub struct TooLate;

    let image = Input(shape = [28, 28, 1]);
    let h = Dense(16, activation = relu)(image);
    let y = Dense(10, activation = softmax)(Flatten()(h));

    Model(inputs = image, outputs = y)
}

model! {
    #[nn(allow(dense_on_image))]
    pub struct Allowed;

    Sequential([Input(shape = [28, 28, 1]), Dense(10, activation = softmax)])
}

fn main() {}
