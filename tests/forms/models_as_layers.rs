//! Models as layers.

use super::*;

model! {
    pub struct Tower;

    let x = Input(shape = [3]);
    let y = Dense(2, activation = tanh)(x);

    Model(inputs = x, outputs = y)
}

model! {
    /// One model, called twice.
    pub struct Pair;

    let a = Input(shape = [3]);
    let b = Input(shape = [3]);
    let tower = Tower();
    let both = concatenate([tower(a), tower(b)]);
    let same = Dense(1, activation = sigmoid)(both);

    Model(inputs = [a, b], outputs = same)
}

model! {
    pub struct TwoInTwoOut;

    let a = Input(shape = [3]);
    let b = Input(shape = [5]);
    let both = concatenate([a, b]);
    let p = Dense(2, activation = tanh)(both);
    let q = Dense(7)(p);

    Model(inputs = [a, b], outputs = [p, q])
}

model! {
    /// A model with two inputs and two outputs, twice.
    pub struct Outer;

    let a = Input(shape = [3]);
    let b = Input(shape = [5]);
    let two = TwoInTwoOut();
    let (p, q) = two([a, b]);
    let h = Dense(3)(q);
    let (r, s) = two([h, b]);
    let y = concatenate([p, r, s]);

    Model(inputs = [a, b], outputs = [y, q])
}

model! {
    /// One of two outputs, by a pattern that ignores the other; a model within a model within a model.
    pub struct Deep;

    let a = Input(shape = [3]);
    let b = Input(shape = [5]);
    let (first, _) = Outer()([a, b]);
    let y = Tower(name = "last")(Dense(3)(first));

    Model(inputs = [a, b], outputs = y)
}

model! {
    /// Frozen weights of a part.
    pub struct FrozenPart;

    let x = Input(shape = [3]);
    let h = Tower(trainable = false)(x);
    let y = Dense(2)(h);

    Model(inputs = x, outputs = y)
}

#[test]
fn gradients() {
    check::<Pair<f64>>();
    check::<TwoInTwoOut<f64>>();
    check::<Outer<f64>>();
    check::<Deep<f64>>();
    check::<FrozenPart<f64>>();
}

#[test]
fn weights_are_once_and_have_their_path() {
    assert_eq!(variables::<Pair>(), ["tower.y.kernel", "tower.y.bias", "same.kernel", "same.bias"]);
    assert_eq!(
        variables::<Deep>(),
        [
            "outer.two.p.kernel",
            "outer.two.p.bias",
            "outer.two.q.kernel",
            "outer.two.q.bias",
            "outer.h.kernel",
            "outer.h.bias",
            "last.y.kernel",
            "last.y.bias",
            "dense.kernel",
            "dense.bias"
        ]
    );
    assert_eq!(variables::<FrozenPart>(), ["(h.y.kernel)", "(h.y.bias)", "y.kernel", "y.bias"]);
}
