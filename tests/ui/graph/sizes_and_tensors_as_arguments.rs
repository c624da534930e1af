use nn::prelude::*;

model! {
    pub struct Sizes;

    let x = Input(28, 28, 1);
    let y = Dense(10)(Flatten()(x));

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Batch;

    let x = Input(batch_shape = [32, 4]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Layers;

    let x = Input(shape = [4]);
    let a = Dense(4, 16, activation = relu)(x);
    let b = Dense(16, x);
    let c = Softmax(x);
    let d = Add()(x, x);

    Model(inputs = x, outputs = [a, b, c, d])
}

model! {
    pub struct New;

    let x = Input::new(shape = [4]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
