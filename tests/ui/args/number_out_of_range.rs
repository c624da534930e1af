use nn::prelude::*;

model! {
    pub struct Penalized;

    let x = Input(shape = [4]);
    let x = Dense(4, kernel_regularizer = l2(-0.01), activation = relu)(x);
    let x = Dense(4, kernel_regularizer = l1_l2(l1 = 1e39), activation = relu)(x);
    let x = Dense(4, kernel_constraint = max_norm(-2.0), activation = relu)(x);
    let x = Dense(4, kernel_initializer = random_normal(stddev = -0.1), activation = relu)(x);
    let x = BatchNormalization(momentum = 1.5)(x);
    let x = LayerNormalization(epsilon = -1e-3)(x);
    let x = ActivityRegularization(l2 = -1.0)(x);
    let y = Dense(1)(LeakyReLU(negative_slope = 1e40)(x));

    Model(inputs = x, outputs = y)
}

fn main() {}
