use nn::prelude::*;

model! {
    pub struct Const<const N: usize>;

    let x = Input(shape = [N]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Generic<T>;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Borrowed<'a>;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Bounded where f32: Copy;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Both<T: Copy, const N: usize> where T: Default;

    let x = Input(shape = [N]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
