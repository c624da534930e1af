use nn::prelude::*;

model! {
    pub struct OnTheModel;

    let x = Input(shape = [8]);
    let h = Dense(4)(x);
    model.add_loss(h);
    let y = Dense(2)(h);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Bound;

    let x = Input(shape = [8]);
    let h = add_loss(Dense(4)(x));
    let y = Dense(2)(h);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Several;

    let x = Input(shape = [8]);
    let h = Dense(4)(x);
    let y = Dense(2)(h);
    add_loss([h, y]);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Indices;

    let x = Input(shape = [8], dtype = u32);
    add_loss(x);
    add_loss();
    add_loss(h);
    let h = Flatten()(Embedding(10, 2)(x));

    Model(inputs = x, outputs = h)
}

model! {
    pub struct AtTheEnd;

    let x = Input(shape = [8]);
    let y = Dense(4)(x);
    add_loss(y)
}

model! {
    pub struct OfAnotherInput;

    let x = Input(shape = [8]);
    let z = Input(shape = [8]);
    add_loss(Dense(2)(z));
    let y = Dense(4)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
