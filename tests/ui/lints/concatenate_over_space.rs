#![deny(deprecated)]

use nn::prelude::*;

model! {
    pub struct Inception;

    let image = Input(shape = [12, 12, 3]);
    let tower_1 = Conv2D(8, 1, padding = same, activation = relu)(image);
    let tower_2 = Conv2D(8, 3, padding = same, activation = relu)(image);
    let tower_3 = MaxPooling2D(3, strides = 1, padding = same)(Conv2D(8, 1)(image));
    let y = concatenate([tower_1, tower_2, tower_3], axis = 1);
    let z = Concatenate(axis = -2)([tower_1, tower_2]);

    Model(inputs = image, outputs = [y, z])
}

model! {
    #[nn(allow(concatenate_over_space))]
    pub struct Allowed;

    let image = Input(shape = [12, 12, 3]);
    let y = concatenate([image, relu(image)], axis = 2);

    Model(inputs = image, outputs = y)
}

fn main() {}
