use nn::prelude::*;

model! {
    pub struct Nothing;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);
}

model! {
    pub struct Tensor;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    y
}

model! {
    pub struct TensorAndSemicolon;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    y;
}

model! {
    pub struct Return;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    return y
}

model! {
    pub struct ReturnModel;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    return Model(inputs = x, outputs = y);
}

model! {
    pub struct Named;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    let model = Model(inputs = x, outputs = y);
}

model! {
    pub struct NamedTwice;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    let model = Model(inputs = x, outputs = y);
    model
}

model! {
    pub struct Two;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y);
    Model(inputs = x, outputs = x)
}

model! {
    pub struct Behind;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y);
    let z = Dense(3)(x);
}

model! {
    pub struct Braces;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model { inputs: x, outputs: y }
}

model! {
    pub struct Other;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Functional(inputs = x, outputs = y)
}

model! {
    pub struct NameGiven;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(x, y, "digits")
}

model! {
    pub struct ThreeTensors;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(x, x, y)
}

model! {
    pub struct Old;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(input = x, output = y)
}

fn main() {
    Nothing::boxed(&mut StdRng::seed_from_u64(1));
    Tensor::boxed(&mut StdRng::seed_from_u64(1));
}
