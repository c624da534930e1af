use nn::prelude::*;

model! {
    pub enum First {}

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub fn second() {}

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

model! {
    mod third;

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Fourth

    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Fifth {
        let x = Input(shape = [64]);
        let y = Dense(10)(x);

        Model(inputs = x, outputs = y)
    }
}

model! {
    let x = Input(shape = [64]);
    let y = Dense(10)(x);

    Model(inputs = x, outputs = y)
}

fn main() {
    First::boxed(&mut StdRng::seed_from_u64(1));
    Fourth::boxed(&mut StdRng::seed_from_u64(1));
    Fifth::boxed(&mut StdRng::seed_from_u64(1));
}
