use nn::prelude::*;

model! {
    pub struct Axes;

    let x = Input(shape = [4, 6, 8]);
    let a = LayerNormalization(axis = 0)(x);
    let b = LayerNormalization(axis = [2, -2])(x);
    let c = RMSNormalization(axis = 4)(x);
    let d = UnitNormalization(axis = [1, 0])(x);
    let e = GroupNormalization(axis = 0, groups = 2)(x);
    let f = BatchNormalization(axis = 0)(x);

    Model(inputs = x, outputs = [a, b, c, d, e, f])
}

model! {
    pub struct Groups;

    let x = Input(shape = [4, 6, 8]);
    let a = GroupNormalization()(x);
    let b = GroupNormalization(3)(x);
    let c = GroupNormalization(0)(x);
    let d = GroupNormalization(groups = -2)(x);
    let e = GroupNormalization(4, axis = 2)(x);

    Model(inputs = x, outputs = [a, b, c, d, e])
}

model! {
    pub struct Epsilons;

    let x = Input(shape = [6, 8]);
    let a = LayerNormalization(epsilon = 0)(x);
    let b = RMSNormalization(epsilon = 0.0)(x);
    let c = GroupNormalization(2, epsilon = 0)(x);
    let d = BatchNormalization(epsilon = 0)(x);

    Model(inputs = x, outputs = [a, b, c, d])
}

fn main() {}
