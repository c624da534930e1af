// A model with more than 12 outputs predicts. It is no layer of another model, and it does not train.

use nn::prelude::*;

model! {
    pub struct Features;

    let x = Input(shape = [3]);
    let y0 = Dense(2, activation = tanh)(x);
    let y1 = Dense(2)(y0);
    let y2 = Dense(2)(y1);
    let y3 = Dense(2)(y2);
    let y4 = Dense(2)(y3);
    let y5 = Dense(2)(y4);
    let y6 = Dense(2)(y5);
    let y7 = Dense(2)(y6);
    let y8 = Dense(2)(y7);
    let y9 = Dense(2)(y8);
    let y10 = Dense(2)(y9);
    let y11 = Dense(2)(y10);
    let y12 = Dense(2)(y11);

    Model(
        inputs = x,
        outputs = [
            y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12
        ]
    )
}

model! {
    pub struct Outer;

    let image = Input(shape = [3]);
    let (a, b) = Features()(image);

    Model(inputs = image, outputs = [a, b])
}

fn main() {
    let model = Features::new(&mut StdRng::seed_from_u64(1));
    let _ = model.compile(Sgd::default(), MeanSquaredError);
}
